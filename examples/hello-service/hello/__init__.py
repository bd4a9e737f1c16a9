"""A small HTTP service that greets: the example that pipeline.example.yaml builds and deploys."""
