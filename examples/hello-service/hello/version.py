"""Which release this is; tools/package.py writes the real value into what it builds."""
VERSION = "0.0.0-dev"
