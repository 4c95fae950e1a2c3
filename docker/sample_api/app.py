"""A small API with real work behind it, to put hawkcache in front of.

    /usr/bin/python3 -m uvicorn --app-dir docker/sample_api app:app --port 8000

It knows nothing of caching: no Cache-Control, no ETag, no tags. Every answer carries X-Origin-Requests, the number of
requests that this route has served so far, so that a test or a curious reader sees whether the API was asked.
SAMPLE_API_DATABASE names the SQLite file; without it the data lives in a temporary directory.
Written for FastAPI 0.92 with pydantic 1, as in Debian 12.
"""

import collections
import os
import threading
from typing import Optional

from fastapi import FastAPI, Header, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field

from database import Database

app = FastAPI(title="Sample API", docs_url=None, redoc_url=None)
database = Database(os.environ.get("SAMPLE_API_DATABASE"))
requests_served = collections.Counter()
requests_served_lock = threading.Lock()
row_id = Path(ge=1, lt=2**63)
page_number = Query(1, ge=1, le=1000)
page_size = Query(20, ge=1, le=100)


class UserChanges(BaseModel):
    name: Optional[str] = Field(None, min_length=1, max_length=200)
    email: Optional[str] = Field(None, min_length=3, max_length=200)


class PostChanges(BaseModel):
    title: Optional[str] = Field(None, min_length=1, max_length=200)
    body: Optional[str] = Field(None, min_length=1, max_length=100_000)


@app.middleware("http")
async def count_requests(request: Request, call_next):
    response = await call_next(request)
    route = request.scope.get("route")
    name = f"{request.method} {route.path if route else 'unknown'}"
    with requests_served_lock:
        requests_served[name] += 1
        response.headers["X-Origin-Requests"] = str(requests_served[name])
    return response


def found(thing, name):
    if thing is None:
        raise HTTPException(status_code=404, detail=f"no such {name}")
    return thing


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/users")
def list_users(page: int = page_number, limit: int = page_size):
    return {"page": page, "users": database.users(limit, (page - 1) * limit)}


@app.get("/users/{user_id}")
def get_user(user_id: int = row_id):
    return found(database.user(user_id), "user")


@app.put("/users/{user_id}")
def put_user(changes: UserChanges, user_id: int = row_id):
    return found(database.update_user(user_id, changes.dict(exclude_none=True)), "user")


@app.get("/posts")
def list_posts(page: int = page_number, limit: int = page_size):
    return {"page": page, "posts": database.posts(limit, (page - 1) * limit)}


@app.get("/posts/{post_id}")
def get_post(post_id: int = row_id):
    return found(database.post(post_id), "post")


@app.put("/posts/{post_id}")
def put_post(changes: PostChanges, post_id: int = row_id):
    return found(database.update_post(post_id, changes.dict(exclude_none=True)), "post")


@app.get("/me")
def get_me(authorization: Optional[str] = Header(None)):
    """The user whose bearer token this is: token-1 … token-1000."""
    scheme, _, token = (authorization or "").partition(" ")
    user = database.user_of_token(token.strip()) if scheme.lower() == "bearer" else None
    if user is None:
        raise HTTPException(401, "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})
    return user
