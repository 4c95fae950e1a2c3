"""The sample API's data: users and posts in SQLite. A new database is filled at start, always with the same rows.

The reads are of the kind that makes people want a cache: they join and aggregate over 40,000 posts.
Connections are per thread; writers are serialised by SQLite.
"""

import os
import random
import sqlite3
import tempfile
import threading

USERS = 1_000
POSTS = 40_000
TOPICS = ("caching", "databases", "networks", "compilers", "kernels", "graphics", "security", "music")
GIVEN_NAMES = ("Ada", "Alan", "Barbara", "Dennis", "Edsger", "Frances", "Grace", "John", "Leslie", "Radia")
FAMILY_NAMES = ("Allen", "Dijkstra", "Hopper", "Lamport", "Liskov", "Lovelace", "McCarthy", "Perlman", "Ritchie")

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, token TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, topic TEXT NOT NULL,
                    title TEXT NOT NULL, body TEXT NOT NULL, likes INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS posts_by_user ON posts (user_id, likes);
"""

USER_LIST = """
SELECT users.id, users.name, users.email, count(posts.id) AS posts, coalesce(sum(posts.likes), 0) AS likes
FROM users LEFT JOIN posts ON posts.user_id = users.id
GROUP BY users.id ORDER BY users.id LIMIT :limit OFFSET :offset
"""

# How a user stands among all users: one pass over every post.
USER_STANDING = """
WITH totals AS (SELECT user_id, count(*) AS posts, sum(likes) AS likes FROM posts GROUP BY user_id)
SELECT posts, likes, 1 + (SELECT count(*) FROM totals AS other WHERE other.likes > mine.likes) AS rank
FROM totals AS mine WHERE user_id = :user_id
"""

USER_TOPICS = """
SELECT topic, count(*) AS posts, sum(likes) AS likes FROM posts WHERE user_id = :user_id
GROUP BY topic ORDER BY likes DESC LIMIT 3
"""

POST_LIST = """
SELECT posts.id, posts.title, posts.topic, posts.likes, users.id AS user_id, users.name AS author
FROM posts JOIN users ON users.id = posts.user_id ORDER BY posts.likes DESC, posts.id LIMIT :limit OFFSET :offset
"""

RELATED_POSTS = """
SELECT id, title, likes FROM posts WHERE topic = :topic AND id <> :post_id ORDER BY likes DESC, id LIMIT 5
"""


def token_of(user_id):
    """The bearer token of a user. A sample's secret, in the open."""
    return f"token-{user_id}"


class Database:
    def __init__(self, path=None):
        self._directory = None if path else tempfile.TemporaryDirectory(prefix="sample-api-")
        self._path = path or os.path.join(self._directory.name, "sample.db")
        self._local = threading.local()
        self._seed()

    def users(self, limit, offset):
        return self._all(USER_LIST, limit=limit, offset=offset)

    def user(self, user_id):
        """The user with their standing and favourite topics, or None."""
        user = self._one("SELECT id, name, email FROM users WHERE id = :user_id", user_id=user_id)
        if user is None:
            return None
        standing = self._one(USER_STANDING, user_id=user_id) or {"posts": 0, "likes": 0, "rank": USERS}
        return {**user, **standing, "topics": self._all(USER_TOPICS, user_id=user_id)}

    def user_of_token(self, token):
        row = self._one("SELECT id FROM users WHERE token = :token", token=token)
        return None if row is None else self.user(row["id"])

    def update_user(self, user_id, changes):
        return self.user(user_id) if self._update("users", user_id, changes) else None

    def posts(self, limit, offset):
        return self._all(POST_LIST, limit=limit, offset=offset)

    def post(self, post_id):
        """The post with its author and the best liked of its topic, or None."""
        post = self._one("SELECT * FROM posts WHERE id = :post_id", post_id=post_id)
        if post is None:
            return None
        author = self._one("SELECT id, name FROM users WHERE id = :user_id", user_id=post.pop("user_id"))
        related = self._all(RELATED_POSTS, topic=post["topic"], post_id=post_id)
        return {**post, "author": author, "related": related}

    def update_post(self, post_id, changes):
        return self.post(post_id) if self._update("posts", post_id, changes) else None

    def _connection(self):
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._path, timeout=10)
            self._local.connection.row_factory = sqlite3.Row
        return self._local.connection

    def _all(self, query, **values):
        return [dict(row) for row in self._connection().execute(query, values)]

    def _one(self, query, **values):
        row = self._connection().execute(query, values).fetchone()
        return None if row is None else dict(row)

    def _update(self, table, row_id, changes):
        """Column names come from the request models, never from a client. True when the row exists."""
        assignments = ", ".join(f"{column} = :{column}" for column in changes) or "id = id"
        with self._connection() as connection:
            done = connection.execute(f"UPDATE {table} SET {assignments} WHERE id = :id", {**changes, "id": row_id})
        return done.rowcount == 1

    def _seed(self):
        choose = random.Random(42)
        connection = self._connection()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        if connection.execute("SELECT 1 FROM posts LIMIT 1").fetchone():
            return
        with connection:
            connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?)", map(user_row, range(1, USERS + 1)))
            rows = (post_row(post_id, choose) for post_id in range(1, POSTS + 1))
            connection.executemany("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)", rows)


def user_row(user_id):
    given = GIVEN_NAMES[user_id % len(GIVEN_NAMES)]
    family = FAMILY_NAMES[user_id % len(FAMILY_NAMES)]
    email = f"{given}.{family}.{user_id}@example.com".lower()
    return user_id, f"{given} {family}", email, token_of(user_id)


def post_row(post_id, choose):
    topic = choose.choice(TOPICS)
    title = f"Notes on {topic}, part {post_id}"
    return post_id, 1 + choose.randrange(USERS), topic, title, f"What I learned about {topic}. " * 8, choose.randrange(500)
