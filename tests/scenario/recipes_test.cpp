// The recipes of docs/migrating.md, as its readers will use them.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class Recipes : public Scenario {
 protected:
  void echo(const std::string& target, const std::string& field) {
    origin.on(target, [field](OriginExchange& exchange) {
      exchange.respond(exchange.request().fields.value(field) + " #" +
                       std::to_string(exchange.request().number));
    });
  }
  static Fields bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
};

TEST_F(Recipes, PerUserByVary) {
  start(Daemon{.routes = "- path: /me\n  ttl: 60s\n  vary: [authorization]",
               .rest = "cache_status_key: true"});
  echo("/me", "authorization");
  EXPECT_EQ(get("/me", bearer("ann")).body, "Bearer ann #1");
  EXPECT_EQ(get("/me", bearer("bob")).body, "Bearer bob #2");
  EXPECT_EQ(get("/me").body, " #3");
  const Response ann = get("/me", bearer("ann"));
  EXPECT_EQ(ann.x_cache(), "HIT");
  EXPECT_EQ(ann.body, "Bearer ann #1");
  EXPECT_EQ(get("/me", bearer("bob")).body, "Bearer bob #2");
  EXPECT_EQ(get("/me").body, " #3");
  EXPECT_EQ(ann.cache_status().find("Bearer ann"), std::string::npos)
      << "a credential shows in the key";
  EXPECT_EQ(origin.count("/me"), 3U);
}

TEST_F(Recipes, WithoutVaryACredentialPassesUncached) {
  start("- path: /me\n  ttl: 60s");
  echo("/me", "authorization");
  EXPECT_EQ(get("/me", bearer("ann")).body, "Bearer ann #1");
  EXPECT_EQ(get("/me", bearer("ann")).body, "Bearer ann #2");
  EXPECT_EQ(get("/me").body, " #3");
  EXPECT_EQ(get("/me", bearer("ann")).body, "Bearer ann #4");
}

TEST_F(Recipes, BypassForAuthenticatedUsers) {
  start("- path: /feed\n  ttl: 60s\n  bypass: [{ header: authorization }, { cookie: session }]");
  echo("/feed", "authorization");
  EXPECT_EQ(x_cache("/feed"), "MISS");
  EXPECT_EQ(x_cache("/feed"), "HIT");
  const Response ann = get("/feed", bearer("ann"));
  EXPECT_EQ(ann.x_cache(), "BYPASS");
  EXPECT_EQ(ann.body, "Bearer ann #2");
  EXPECT_EQ(x_cache("/feed", {{"Cookie", "session=1"}}), "BYPASS");
  EXPECT_EQ(x_cache("/feed", {{"Cookie", "statistics=1"}}), "BYPASS");
  EXPECT_EQ(get("/feed").body, " #1");
}

TEST_F(Recipes, InvalidationByTags) {
  start(
      "- name: post\n  path: /posts/{post_id:int}\n  ttl: 5m\n  tags: [posts, \"post:{post_id}\"]\n"
      "- name: change-post\n  path: /posts/{post_id:int}\n  methods: [PUT, PATCH, DELETE]\n  "
      "invalidates: [\"post:{post_id}\", posts]\n"
      "- name: index\n  path: /posts\n  ttl: 5m\n  tags: [posts]\n"
      "- name: about\n  path: /about\n  ttl: 5m\n");
  for (const char* target : {"/posts/1", "/posts", "/about"}) EXPECT_EQ(x_cache(target), "MISS");
  for (const char* target : {"/posts/1", "/posts", "/about"}) EXPECT_EQ(x_cache(target), "HIT");
  EXPECT_EQ(request("PUT", "/posts/1", {}, "{}").status, 200);
  EXPECT_EQ(x_cache("/posts/1"), "MISS");
  EXPECT_EQ(x_cache("/posts"), "MISS");
  EXPECT_EQ(x_cache("/about"), "HIT");
  EXPECT_EQ(purge(R"({"tags": ["post:1"]})").purged, 1U);
  EXPECT_EQ(x_cache("/posts/1"), "MISS");
  EXPECT_EQ(x_cache("/posts"), "HIT");
}

TEST_F(Recipes, AKeyOfOnesOwnWithTheTenant) {
  start("- path: /orders\n  ttl: 60s\n  key: \"my:{host}:{path}:{query}:{header.x-tenant}\"");
  echo("/orders", "x-tenant");
  EXPECT_EQ(get("/orders", {{"X-Tenant", "one"}}).body, "one #1");
  EXPECT_EQ(get("/orders", {{"X-Tenant", "two"}}).body, "two #2");
  EXPECT_EQ(get("/orders", {{"X-Tenant", "one"}}).body, "one #1");
  EXPECT_EQ(x_cache("/orders", {{"X-Tenant", "one"}, {"X-Other", "any"}}), "HIT");
  EXPECT_EQ(x_cache("/orders?page=2", {{"X-Tenant", "one"}}), "MISS");
  EXPECT_EQ(x_cache("/orders"), "MISS");
}

TEST_F(Recipes, SearchesByQuery) {
  start(
      "- name: search\n  path: /search\n  methods: [QUERY]\n  ttl: 30s\n"
      "  request_cache_control: honor");
  origin.on("/search", [](OriginExchange& exchange) { exchange.respond(exchange.request().body); });
  EXPECT_EQ(request("QUERY", "/search", {}, "hawks").x_cache(), "MISS");
  EXPECT_EQ(request("QUERY", "/search", {}, "doves").x_cache(), "MISS");
  const Response again = request("QUERY", "/search", {}, "hawks");
  EXPECT_EQ(again.x_cache(), "HIT");
  EXPECT_EQ(again.body, "hawks");
  EXPECT_EQ(request("POST", "/search", {}, "hawks").status, 200);
  EXPECT_EQ(request("QUERY", "/search", {}, "hawks").x_cache(), "MISS");
}

TEST_F(Recipes, LargeDownloads) {
  start("- name: downloads\n  path: /files/{file:path}\n  ttl: 1h\n  statuses: { 206: 1h }");
  origin.answer("/files/a",
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-7/100\r\n"
                "Content-Length: 4\r\nETag: \"1\"\r\n\r\nefgh");
  EXPECT_EQ(x_cache("/files/a", {{"Range", "bytes=4-7"}}), "MISS");
  EXPECT_EQ(origin.last("/files/a").fields.value("range"), "bytes=4-7");
  const Response part = get("/files/a", {{"Range", "bytes=5-6"}});
  EXPECT_EQ(part.x_cache(), "HIT");
  EXPECT_EQ(part.body, "fg");
}

TEST_F(Recipes, ARefreshThatPurges) {
  start(
      "- name: user\n  path: /users/{user_id:int}\n  ttl: 60s\n  tags: [users, "
      "\"user:{user_id}\"]\n"
      "- name: refresh-user\n  path: /users/{user_id:int}/refresh\n  methods: [POST]\n  "
      "invalidates: [\"user:{user_id}\"]\n");
  origin.answer("/users/42/refresh", "HTTP/1.1 204 No Content\r\n\r\n");
  get("/users/42");
  get("/users/7");
  EXPECT_EQ(x_cache("/users/42"), "HIT");
  const Response refresh = request("POST", "/users/42/refresh");
  EXPECT_EQ(refresh.status, 204);
  EXPECT_EQ(x_cache("/users/42"), "MISS");
  EXPECT_EQ(x_cache("/users/7"), "HIT");
}

}  // namespace
}  // namespace hawkcache::scenario
