"""What a buyer does, through all four services."""
import time
import uuid

import httpx

PATIENCE_S = 30


def messages(urls, email):
    """Over a queue it takes a moment."""
    end = time.monotonic() + PATIENCE_S
    while True:
        found = httpx.get(f"{urls['notifications']}/messages/{email}").json()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.1)


def test_from_a_product_to_a_message(urls):
    tag = uuid.uuid4().hex[:12]
    email, sku = f"{tag}@example.com", tag.upper()
    product = {"sku": sku, "name": "Tea", "cents": 350}
    assert httpx.post(f"{urls['catalog']}/products", json=product).status_code == 201
    user = {"email": email, "name": "Ada"}
    assert httpx.post(f"{urls['users']}/users", json=user).status_code == 201

    order = {"email": email, "lines": [{"sku": sku, "quantity": 3}]}
    placed = httpx.post(f"{urls['orders']}/orders", json=order, headers={"X-Trace-Id": tag})
    assert placed.status_code == 201, placed.text
    assert placed.json()["cents"] == 1050
    assert placed.headers["X-Trace-Id"] == tag
    assert messages(urls, email) == [f"Order {placed.json()['id']} over 10.50 was placed."]


def test_nobody_orders_what_is_not_there(urls):
    order = {"email": "nobody@example.com", "lines": [{"sku": "X", "quantity": 1}]}
    assert httpx.post(f"{urls['orders']}/orders", json=order).status_code == 422
