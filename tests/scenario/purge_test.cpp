// Purges by tag, URL, prefix and of everything, from the admin listener, from rules and from the
// origin's own fields.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class Purge : public Scenario {
 protected:
  void expect_missing(const std::vector<std::string>& targets) {
    for (const std::string& target : targets) EXPECT_EQ(x_cache(target), "MISS") << target;
  }
  void expect_stored(const std::vector<std::string>& targets) {
    for (const std::string& target : targets) EXPECT_EQ(x_cache(target), "HIT") << target;
  }
  void store(const std::vector<std::string>& targets) { expect_missing(targets); }
};

const char kUsers[] =
    "- name: user\n  path: /users/{id:int}\n  tags: [users, \"user:{id}\"]\n"
    "- name: post\n  path: /posts/{id}\n  tags: [posts]\n"
    "- name: change\n  path: /users/{id:int}\n  methods: [PUT, PATCH, DELETE]\n  invalidates: "
    "[\"user:{id}\", list]\n"
    "- name: list\n  path: /users\n  tags: [list]\n";

TEST_F(Purge, ATagTakesWhatCarriesIt) {
  start(kUsers);
  store({"/users/1", "/users/2", "/users/2?full", "/posts/1"});
  const PurgeAnswer answer = purge(R"({"tags": ["user:2"]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.purged, 2U);
  EXPECT_FALSE(answer.estimate);
  expect_stored({"/users/1", "/posts/1"});
  expect_missing({"/users/2", "/users/2?full"});
}

TEST_F(Purge, SeveralTagsAtOnce) {
  start(kUsers);
  store({"/users/1", "/users/2", "/posts/1"});
  EXPECT_EQ(purge(R"({"tags": ["user:1", "posts", "nothing has it"]})").status, 200);
  expect_stored({"/users/2"});
  expect_missing({"/users/1", "/posts/1"});
}

TEST_F(Purge, TagsCarryTheConvertedValue) {
  start(kUsers);
  store({"/users/007", "/users/%34%32"});
  EXPECT_EQ(purge(R"({"tags": ["user:7", "user:42"]})").purged, 2U);
  expect_missing({"/users/007", "/users/%34%32"});
}

TEST_F(Purge, TagsAreLiteral) {
  start(kUsers);
  store({"/users/1"});
  for (const char* tag :
       {"user:*", "user:", "USER:1", "user:1 users", "user:1,users", " user:1", "*", "users*"}) {
    EXPECT_EQ(purge(std::string(R"({"tags": [")") + tag + R"("]})").purged, 0U) << tag;
  }
  expect_stored({"/users/1"});
}

TEST_F(Purge, AUrlTakesAllItsVariantsOnEveryHostButNoOtherQuery) {
  start("- path: /{rest:path}");
  origin.on("/a", [](OriginExchange& exchange) { exchange.respond("x", {{"Vary", "X-Lang"}}); });
  for (const char* language : {"de", "en"}) get("/a", {{"X-Lang", language}});
  get("/a", {{"Host", "other.test"}});
  store({"/a?x=1", "/a/", "/ab"});
  EXPECT_EQ(purge(R"({"urls": ["/a"]})").purged, 3U);
  expect_stored({"/a?x=1", "/a/", "/ab"});
  for (const char* language : {"de", "en"})
    EXPECT_EQ(x_cache("/a", {{"X-Lang", language}}), "MISS");
  EXPECT_EQ(x_cache("/a", {{"Host", "other.test"}}), "MISS");
}

TEST_F(Purge, AnAbsoluteUrlTakesOneHost) {
  start("- path: /{rest:path}");
  const std::vector<std::string> hosts{"one.test", "two.test", "one.test:8080"};
  for (const std::string& host : hosts) get("/a?x=1", {{"Host", host}});
  EXPECT_EQ(purge(R"({"urls": ["http://one.test/a?x=1"]})").purged, 1U);
  EXPECT_EQ(x_cache("/a?x=1", {{"Host", "two.test"}}), "HIT");
  EXPECT_EQ(x_cache("/a?x=1", {{"Host", "one.test:8080"}}), "HIT");
  EXPECT_EQ(x_cache("/a?x=1", {{"Host", "one.test"}}), "MISS");
}

TEST_F(Purge, AUrlIsComparedWithPathAndQueryAlsoUnderAKeyOfItsOwn) {
  start("- path: /a\n  key: \"constant:{query}\"\n- path: /b\n  query: { ignore: [\"utm_*\"] }");
  store({"/a?x=1", "/b?x=1&utm_source=y"});
  EXPECT_EQ(purge(R"({"urls": ["/a?x=1", "/b?x=1"]})").status, 200);
  expect_missing({"/a?x=1", "/b?x=1"});
}

TEST_F(Purge, APrefixTakesWhateverBeginsWithIt) {
  start("- path: /{rest:path}");
  store({"/users", "/users/1", "/users/1/posts?x=1", "/user", "/posts"});
  get("/users/1", {{"Host", "other.test"}});
  EXPECT_EQ(purge(R"({"prefixes": ["http://api.test/users/"]})").status, 200);
  expect_stored({"/users", "/user", "/posts"});
  EXPECT_EQ(x_cache("/users/1", {{"Host", "other.test"}}), "HIT");
  expect_missing({"/users/1", "/users/1/posts?x=1"});
  EXPECT_EQ(purge(R"({"prefixes": ["/users"]})").status, 200);
  expect_missing({"/users", "/users/1"});
  EXPECT_EQ(x_cache("/users/1", {{"Host", "other.test"}}), "MISS");
  expect_stored({"/user", "/posts"});
}

TEST_F(Purge, AllTakesEverything) {
  start(kUsers);
  store({"/users/1", "/users/2", "/posts/1"});
  EXPECT_EQ(purge(R"({"all": true})").purged, 3U);
  expect_missing({"/users/1", "/users/2", "/posts/1"});
  expect_stored({"/users/1"});
}

TEST_F(Purge, WhatIsStoredAfterAPurgeStays) {
  start(kUsers);
  for (int i = 0; i < 5; ++i) {
    store({"/users/1"});
    expect_stored({"/users/1"});
    EXPECT_EQ(purge(R"({"tags": ["users"]})").status, 200);
  }
}

TEST_F(Purge, ASoftPurgeMarksAsStale) {
  start(
      "- path: /plain\n  tags: [t]\n"
      "- path: /refreshed\n  tags: [t]\n  stale_while_revalidate: 1h\n"
      "- path: /guarded\n  tags: [t]\n  stale_if_error: 1h\n");
  store({"/plain", "/refreshed", "/guarded"});
  EXPECT_EQ(purge(R"({"tags": ["t"], "soft": true})").status, 200);
  EXPECT_EQ(get("/plain").body, "/plain #2");
  const Response stale = get("/refreshed");
  EXPECT_EQ(stale.x_cache(), "HIT");
  EXPECT_EQ(stale.body, "/refreshed #1");
  EXPECT_TRUE(eventually([&] { return get("/refreshed").body == "/refreshed #2"; }));
  origin.on("/guarded", [](OriginExchange& exchange) { exchange.close(); });
  EXPECT_EQ(get("/guarded").body, "/guarded #1");
}

TEST_F(Purge, AHardPurgeIsNotUndoneByStaleIfError) {
  start("- path: /a\n  tags: [t]\n  stale_if_error: 1h\n  stale_while_revalidate: 1h");
  store({"/a"});
  purge(R"({"tags": ["t"]})");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond("sorry", {}, "500 Internal Server Error");
  });
  EXPECT_EQ(get("/a").status, 500);
  origin.refuse();
  EXPECT_EQ(get("/a").status, 502);
}

TEST_F(Purge, TheOriginsOwnTagsCount) {
  start("- path: /{rest:path}");
  origin.answer("/surrogate", ok("x", {{"Surrogate-Key", "a b"}, {"Surrogate-Key", "c"}}));
  origin.answer("/tag", ok("x", {{"Cache-Tag", "d,e , f g"}}));
  const std::vector<std::pair<std::string, std::string>> table{
      {"a", "/surrogate"},
      {"b", "/surrogate"},
      {"c", "/surrogate"},
      {"d", "/tag"},
      {"e", "/tag"},
      {"f g", "/tag"},
  };
  for (const auto& [tag, target] : table) {
    for (const char* each : {"/surrogate", "/tag"}) get(each);
    EXPECT_EQ(purge(R"({"tags": [")" + tag + R"("]})").status, 200) << tag;
    for (const std::string each : {"/surrogate", "/tag"}) {
      EXPECT_EQ(x_cache(each), each == target ? "MISS" : "HIT") << tag << " " << each;
    }
  }
  for (const char* tag : {"a b", "d,e", "f"}) {
    EXPECT_EQ(purge(std::string(R"({"tags": [")") + tag + R"("]})").status, 200);
  }
  expect_stored({"/surrogate", "/tag"});
}

TEST_F(Purge, TheOriginsCacheGroupsAreTagsToo) {
  start("- path: /{rest:path}");
  origin.answer("/group", ok("x", {{"Cache-Groups", "\"h\", \"i j\""}}));
  for (const char* tag : {"h", "i j"}) {
    get("/group");
    EXPECT_EQ(purge(std::string(R"({"tags": [")") + tag + R"("]})").status, 200);
    EXPECT_EQ(x_cache("/group"), "MISS") << tag;
  }
  EXPECT_EQ(purge(R"({"tags": ["i", "j", "\"h\""]})").status, 200);
  expect_stored({"/group"});
}

TEST_F(Purge, AWriteInvalidatesBeforeItsClientSeesTheAnswer) {
  start(kUsers);
  for (const char* status : {"200 OK", "204 No Content", "303 See Other"}) {
    SCOPED_TRACE(status);
    origin.on("/users/1", [status](OriginExchange& exchange) {
      if (exchange.request().method == "GET")
        exchange.respond("user");
      else
        exchange.send(
            std::string("HTTP/1.1 ") + status + "\r\n" +
            (std::string_view(status).starts_with("204") ? "\r\n" : "Content-Length: 0\r\n\r\n"));
    });
    get("/users/1");
    get("/users/2");
    get("/users");
    EXPECT_LT(request("PUT", "/users/1", {}, "x").status, 400);
    expect_missing({"/users/1", "/users"});
    expect_stored({"/users/2"});
  }
}

TEST_F(Purge, AWriteThatFailsInvalidatesNothing) {
  start(kUsers);
  for (const char* status :
       {"400 Bad Request", "404 Not Found", "409 Conflict", "500 Internal Server Error"}) {
    SCOPED_TRACE(status);
    origin.on("/users/1", [status](OriginExchange& exchange) {
      const bool read = exchange.request().method == "GET";
      exchange.respond("x", {}, read ? "200 OK" : status);
    });
    get("/users/1");
    get("/users");
    EXPECT_GE(request("PUT", "/users/1", {}, "x").status, 400);
    expect_stored({"/users/1", "/users"});
  }
}

TEST_F(Purge, TheAnswerToAWriteNamesTagsToInvalidate) {
  start("- path: /{rest:path}\n  tags: [\"page:{path}\"]");
  origin.on("/write", [](OriginExchange& exchange) {
    exchange.respond("done", {{"Cache-Invalidate-Tags", "page:/a, page:/b"}});
  });
  store({"/a", "/b", "/c"});
  EXPECT_EQ(request("POST", "/write").status, 200);
  expect_stored({"/c"});
  expect_missing({"/a", "/b"});
  // The answer to a read has no such power.
  get("/write");
  expect_stored({"/a", "/b", "/c"});
}

TEST_F(Purge, GroupsAreInvalidatedOnTheSameHostOnly) {
  start("- path: /{rest:path}");
  const Fields one{{"Host", "one.test"}};
  const Fields two{{"Host", "two.test"}};
  origin.answer("/a", ok("x", {{"Cache-Groups", "\"g\""}}));
  origin.on("/write", [](OriginExchange& exchange) {
    exchange.respond("done", {{"Cache-Group-Invalidation", "\"g\", \"other\""}});
  });
  get("/a", one);
  get("/a", two);
  get("/b", one);
  EXPECT_EQ(request("POST", "/write", one).status, 200);
  EXPECT_EQ(x_cache("/a", two), "HIT");
  EXPECT_EQ(x_cache("/b", one), "HIT");
  EXPECT_EQ(x_cache("/a", one), "MISS");
}

// RFC 9875 section 3: only what answers an unsafe method, and is no error, invalidates.
TEST_F(Purge, GroupsAreNotInvalidatedByReadsAndErrors) {
  start("- path: /{rest:path}");
  origin.answer("/a", ok("x", {{"Cache-Groups", "\"g\""}}));
  origin.on("/write", [](OriginExchange& exchange) {
    const bool read = exchange.request().method == "GET";
    exchange.respond(
        "x", {{"Cache-Group-Invalidation", "\"g\""}}, read ? "200 OK" : "409 Conflict");
  });
  get("/a");
  EXPECT_EQ(get("/write").status, 200);
  EXPECT_EQ(request("POST", "/write").status, 409);
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(Purge, UnsafeMethodsInvalidateTheirTargetWhetherOrNotARuleMatchesThem) {
  start("- path: /{rest:path}");
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "M-SEARCH", "FROBNICATE"}) {
    SCOPED_TRACE(method);
    get("/a");
    get("/a?x=1");
    EXPECT_EQ(request(method, "/a", {}, "body").status, 200);
    EXPECT_EQ(x_cache("/a?x=1"), "HIT");
    EXPECT_EQ(x_cache("/a"), "MISS");
  }
  for (const char* method : {"OPTIONS", "HEAD", "TRACE"}) {
    request(method, "/a");
    EXPECT_EQ(x_cache("/a"), "HIT") << method;
  }
}

TEST_F(Purge, LocationAndContentLocationOfAWriteAreInvalidatedOnTheSameHost) {
  start("- path: /{rest:path}");
  origin.on("/write", [](OriginExchange& exchange) {
    exchange.respond(
        "done", {{"Location", "/a"}, {"Content-Location", "http://api.test/b"}}, "201 Created");
  });
  origin.on("/attack", [](OriginExchange& exchange) {
    exchange.respond(
        "done",
        {{"Location", "http://victim.test/a"}, {"Content-Location", "//victim.test/b"}},
        "201 Created");
  });
  store({"/a", "/b", "/c"});
  request("POST", "/write");
  expect_stored({"/c"});
  expect_missing({"/a", "/b"});
  const Fields victim{{"Host", "victim.test"}};
  get("/a", victim);
  get("/b", victim);
  request("POST", "/attack");
  EXPECT_EQ(x_cache("/a", victim), "HIT");
  EXPECT_EQ(x_cache("/b", victim), "HIT");
}

TEST_F(Purge, AnUnsafeRequestThatIsRefusedEvictsNothing) {
  start("- path: /{rest:path}");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond("x", {}, exchange.request().method == "GET" ? "200 OK" : "403 Forbidden");
  });
  store({"/a"});
  EXPECT_EQ(request("DELETE", "/a").status, 403);
  expect_stored({"/a"});
  get("/a", {{"Host", "other.test"}});
  EXPECT_EQ(request("DELETE", "/b", {{"Host", "other.test"}}).status, 200);
  expect_stored({"/a"});
}

TEST_F(Purge, TheMethodPurgeServesThoseWhoComeFromVarnish) {
  start("- path: /{rest:path}\n  tags: [\"page:{path}\"]\n  stale_while_revalidate: 1h");
  const auto purge_method = [&](const std::string& target, const Fields& fields = {}) {
    return proxy->admin("PURGE", target, fields).status;
  };
  const Fields other{{"Host", "other.test"}};
  get("/a");
  get("/a", other);
  EXPECT_EQ(purge_method("/a"), 200);
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a", other), "MISS");
  EXPECT_EQ(purge_method("http://other.test/a"), 200);
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(x_cache("/a", other), "MISS");
  get("/b");
  EXPECT_EQ(purge_method("/anything", {{"Surrogate-Key", "page:/b other"}}), 200);
  EXPECT_EQ(x_cache("/b"), "MISS");
  EXPECT_EQ(purge_method("/b", {{"Fastly-Soft-Purge", "1"}}), 200);
  EXPECT_EQ(x_cache("/b"), "HIT");
  EXPECT_EQ(purge_method("/v1/purge"), 405);
}

}  // namespace
}  // namespace hawkcache::scenario
