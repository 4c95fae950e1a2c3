// Private data: nobody gets what was made for another (rules on keys, poisoning and private data).
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class PrivateData : public Scenario {
 protected:
  void SetUp() override { start("- path: /{rest:path}\n  ttl: 60s"); }

  // Whether a second client would get the first one's answer.
  bool is_shared(const std::string& target, const Fields& answer, const Fields& asked = {}) {
    origin.on(target, [answer](OriginExchange& exchange) {
      exchange.respond(std::to_string(exchange.request().number), answer);
    });
    const std::string first = get(target, asked).body;
    return get(target, asked).body == first;
  }
  // Each row on a path of its own.
  std::string next_path() { return "/p" + std::to_string(++paths_) + ".css"; }

  int paths_ = 0;
};

TEST_F(PrivateData, EveryLegalSpellingOfADirectiveIsObeyed) {
  const std::vector<Fields> private_answers{
      {{"Cache-Control", "private"}},
      {{"Cache-Control", "PRIVATE"}},
      {{"Cache-Control", "No-Store"}},
      {{"cache-control", "max-age=60,private"}},
      {{"Cache-Control", "max-age=60 ,\t private"}},
      {{"Cache-Control", ",,private,,"}},
      {{"Cache-Control", "max-age=60"}, {"Cache-Control", "private"}},
      {{"Cache-Control", "private"}, {"Cache-Control", "max-age=60"}},
      {{"Cache-Control", "x=\"max-age=60\", no-store"}},
      {{"Cache-Control", "x=\"a\\\"b, public\", no-store"}},
      {{"Cache-Control", "no-cache"}},
      {{"Cache-Control", "s-maxage=0, max-age=60"}},
      {{"Cache-Control", "S-MaxAge=0"}},
      {{"Cache-Control", "s-maxage=\"0\""}},
      {{"Cache-Control", "max-age=60, private=\"\""}},
      {{"Cache-Control", "public, no-store"}},
  };
  for (const Fields& answer : private_answers)
    EXPECT_FALSE(is_shared(next_path(), answer)) << to_lines(answer);
}

TEST_F(PrivateData, LookAlikesInQuotedStringsMeanNothing) {
  const std::vector<Fields> public_answers{
      {{"Cache-Control", "max-age=60, x=\"private\""}},
      {{"Cache-Control", "x=\"no-store, private\", max-age=60"}},
      {{"Cache-Control", "x=\"a\\\", no-store\", max-age=60"}},
      {{"Cache-Control", "max-age=60, not-private, no-storey"}},
  };
  for (const Fields& answer : public_answers)
    EXPECT_TRUE(is_shared(next_path(), answer)) << to_lines(answer);
}

TEST_F(PrivateData, AnswersToCredentialsAreSharedOnlyWhereTheOriginAllowsIt) {
  const Fields credentials{{"Authorization", "Bearer one"}};
  EXPECT_FALSE(is_shared(next_path(), {}, credentials));
  EXPECT_FALSE(is_shared(next_path(), {{"Cache-Control", "max-age=60"}}, credentials));
  EXPECT_FALSE(is_shared(next_path(), {{"Expires", clock.http_date(1h)}}, credentials));
  EXPECT_TRUE(is_shared(next_path(), {{"Cache-Control", "public, max-age=60"}}, credentials));
  EXPECT_TRUE(is_shared(next_path(), {{"Cache-Control", "s-maxage=60"}}, credentials));
  EXPECT_TRUE(
      is_shared(next_path(), {{"Cache-Control", "max-age=60, must-revalidate"}}, credentials));
}

TEST_F(PrivateData, AnAnonymousEntryIsNotGivenToCredentialsNorTheReverse) {
  origin.on("/me", [](OriginExchange& exchange) {
    exchange.respond("[" + exchange.request().fields.value("authorization") + "]");
  });
  EXPECT_EQ(get("/me").body, "[]");
  EXPECT_EQ(get("/me", {{"Authorization", "one"}}).body, "[one]");
  EXPECT_EQ(get("/me", {{"Authorization", "two"}}).body, "[two]");
  EXPECT_EQ(get("/me", {{"authorization", ""}}).body, "[]");
  EXPECT_EQ(get("/me").x_cache(), "HIT");
}

TEST_F(PrivateData, NamingAuthorizationInConnectionIsNoWayRoundTheRule) {
  origin.on("/me", [](OriginExchange& exchange) {
    exchange.respond("[" + exchange.request().fields.value("authorization") + "]");
  });
  (void)get("/me", {{"Authorization", "one"}, {"Connection", "Authorization"}});
  EXPECT_EQ(get("/me").body, "[]");
  start("- path: /{rest:path}\n  vary: [authorization]");
  origin.on("/you", [](OriginExchange& exchange) {
    exchange.respond("[" + exchange.request().fields.value("authorization") + "]");
  });
  (void)get("/you", {{"Authorization", "one"}, {"Connection", "authorization"}});
  EXPECT_EQ(get("/you", {{"Authorization", "one"}}).body, "[one]");
}

TEST_F(PrivateData, NamingAVariedFieldInConnectionDoesNotPoisonItsVariant) {
  origin.on("/v", [](OriginExchange& exchange) {
    exchange.respond("[" + exchange.request().fields.value("x-lang") + "]", {{"Vary", "X-Lang"}});
  });
  (void)get("/v", {{"X-Lang", "de"}, {"Connection", "X-Lang"}});
  EXPECT_EQ(get("/v", {{"X-Lang", "de"}}).body, "[de]");
  EXPECT_EQ(get("/v").body, "[]");
}

TEST_F(PrivateData, SetCookieIsNotShared) {
  EXPECT_FALSE(is_shared(next_path(), {{"Set-Cookie", "session=1"}}));
  EXPECT_FALSE(is_shared(next_path(),
                         {{"Set-Cookie", "session=1"}, {"Cache-Control", "public, max-age=60"}}));
  EXPECT_FALSE(is_shared(next_path(), {{"set-cookie", ""}}));
}

TEST_F(PrivateData, FieldsInQualifiedDirectivesAreNeverReplayed) {
  for (const char* directive : {"private=\"x-user\"",
                                "no-cache=\"X-User, x-other\"",
                                "private=x-user",
                                "PRIVATE=\"x-user\""}) {
    SCOPED_TRACE(directive);
    const std::string target = next_path();
    origin.on(target, [directive](OriginExchange& exchange) {
      const std::string number = std::to_string(exchange.request().number);
      exchange.respond(number,
                       {{"Cache-Control", "max-age=60, " + std::string(directive)},
                        {"X-User", "user " + number},
                        {"X-Kept", "yes"}});
    });
    EXPECT_EQ(get(target)["x-user"], "user 1");
    const Response second = get(target);
    EXPECT_NE(second["x-user"], "user 1");
    EXPECT_EQ(second["x-kept"], "yes");
  }
}

TEST_F(PrivateData, LifetimesAreNeverStretched) {
  const std::vector<Fields> stale{
      {{"Expires", "0"}},
      {{"Expires", "-1"}},
      {{"Expires", "Thu, 99 Foo 2099 00:00:00 GMT"}},
      {{"Cache-Control", "max-age=-1"}},
      {{"Cache-Control", "max-age=60, max-age=0"}},
      {{"Cache-Control", "max-age=0, max-age=60"}},
      {{"Cache-Control", "max-age=abc"}},
      {{"Cache-Control", "max-age="}},
      {{"Cache-Control", "max-age=60"}, {"Age", "60"}},
      {{"Cache-Control", "max-age=60"}, {"Age", "99999999999999999999"}},
      {{"Cache-Control", "max-age=60"}, {"Date", clock.http_date(-2min)}},
      {{"Cache-Control", "max-age=0"}, {"Expires", clock.http_date(1h)}},
  };
  for (const Fields& answer : stale)
    EXPECT_FALSE(is_shared(next_path(), answer)) << to_lines(answer);
}

TEST_F(PrivateData, LargeNumbersDoNotWrap) {
  const std::vector<Fields> fresh{
      {{"Cache-Control", "max-age=2147483648"}},
      {{"Cache-Control", "max-age=4294967297"}},
      {{"Cache-Control", "max-age=9223372036854775807"}},
      {{"Cache-Control", "max-age=99999999999999999999999"}},
  };
  for (const Fields& answer : fresh) {
    const std::string target = next_path();
    EXPECT_TRUE(is_shared(target, answer)) << to_lines(answer);
    clock.advance(24h);
    const std::string age = get(target)["age"];
    EXPECT_EQ(age, "86400");
  }
}

TEST_F(PrivateData, TheAgeThatWeSendIsAPlainNumber) {
  for (const char* age : {"99999999999999999999", "-5", "abc", "1.5", "5, 6", "2147483648", ""}) {
    const std::string target = next_path();
    origin.answer(target, ok("x", {{"Age", age}, {"Cache-Control", "max-age=9999999999"}}));
    for (int i = 0; i < 2; ++i) {
      const Response response = get(target);
      EXPECT_LE(response.fields.count_of("age"), 1U);
      const std::string sent = response["age"];
      if (response.x_cache() == "HIT") {
        EXPECT_FALSE(sent.empty());
      }
      EXPECT_EQ(sent.find_first_not_of("0123456789"), std::string::npos)
          << age << " became " << sent;
      EXPECT_LE(sent.size(), 10U);
      if (sent.size() == 10) {
        EXPECT_LE(sent, "2147483648");
      }
    }
  }
}

TEST_F(PrivateData, AnEntryThatTurnsPrivateOnValidationIsGone) {
  start("- path: /{rest:path}\n  ttl: 60s\n  stale_if_error: 1h\n  stale_while_revalidate: 0s");
  for (const std::string turn : {"private", "no-store"}) {
    for (const bool not_modified : {false, true}) {
      const std::string target = "/" + turn + (not_modified ? "304" : "200");
      SCOPED_TRACE(target);
      origin.on(target, [turn, not_modified](OriginExchange& exchange) {
        const std::size_t number = exchange.request().number;
        if (number == 1)
          exchange.respond("public", {{"ETag", "\"1\""}});
        else if (number == 2 && not_modified)
          exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nCache-Control: " + turn +
                        "\r\n\r\n");
        else if (number == 2)
          exchange.respond("mine", {{"Cache-Control", turn}});
        else
          exchange.close();
      });
      get(target);
      clock.advance(61s);
      EXPECT_EQ(get(target).status, 200);
      const Response failed = get(target);
      EXPECT_EQ(failed.status, 502) << failed;
      EXPECT_NE(failed.x_cache(), "HIT");
    }
  }
}

TEST_F(PrivateData, AnswersToOtherMethodsAreNotServedToGet) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO"}) {
    const std::string target = next_path();
    origin.on(target, [](OriginExchange& exchange) {
      exchange.respond(exchange.request().method, {{"Cache-Control", "public, max-age=60"}});
    });
    EXPECT_EQ(request(method, target, {}, "x").body, method);
    EXPECT_EQ(get(target).body, "GET") << method;
    EXPECT_EQ(request(method, target, {}, "x").body, method);
  }
}

TEST_F(PrivateData, ClientsFieldsNeverChangeWhatOthersGet) {
  const std::vector<Fields> asked{
      {{"Cache-Control", "max-age=31536000"}},
      {{"Cache-Control", "no-store"}},
      {{"If-None-Match", "*"}},
      {{"If-Modified-Since", "x"}},
      {{"If-Match", "\"no\""}},
      {{"If-Unmodified-Since", clock.http_date(-100h)}},
      {{"Range", "bytes=1-1"}},
      {{"X-Forwarded-Host", "evil.test"}},
      {{"X-Original-URL", "/evil"}},
      {{"X-HTTP-Method-Override", "DELETE"}},
      {{"Forwarded", "host=evil.test"}},
  };
  for (const Fields& fields : asked) {
    const std::string target = next_path();
    origin.on(target, [](OriginExchange& exchange) {
      const Fields& seen = exchange.request().fields;
      if (seen.has("if-match") || seen.has("if-unmodified-since"))
        exchange.respond("no", {}, "412 Precondition Failed");
      else
        exchange.respond("for all of you");
    });
    (void)get(target, fields);
    const Response response = get(target);
    EXPECT_EQ(response.status, 200) << to_lines(fields);
    EXPECT_EQ(response.body, "for all of you") << to_lines(fields);
    clock.advance(61s);
    EXPECT_EQ(x_cache(target), "MISS") << to_lines(fields);
  }
}

TEST_F(PrivateData, APathOrAFieldNeverGivesAnEntryATagBeyondItsOwn) {
  start(
      "- path: /users/{id}\n  tags: [\"user:{id}\", \"tenant:{header.x-tenant}\"]\n  vary: "
      "[x-tenant]");
  const std::vector<std::pair<std::string, Fields>> forged{
      {"/users/1%20admin", {}},
      {"/users/1,admin", {}},
      {"/users/1%0Aadmin", {}},
      {"/users/x", {{"X-Tenant", "a, admin"}}},
      {"/users/y", {{"X-Tenant", "a admin"}}},
      {"/users/z", {{"X-Tenant", "a\tuser:2"}}},
  };
  for (const auto& [target, fields] : forged) get(target, fields);
  for (const char* tag : {"admin", "user:1", "user:2", "tenant:a", "tenant:admin"}) {
    EXPECT_EQ(purge(std::string(R"({"tags": [")") + tag + R"("]})").purged, 0U) << tag;
  }
}

TEST_F(PrivateData, AnswersToPostAreServedToGetOnlyAsTheRuleAndTheOriginAllow) {
  start("- path: /{rest:path}\n  request_cache_control: honor\n  methods: [GET, POST]");
  const auto post_then_get = [&](const std::string& target, const Fields& fields) {
    origin.on(target, [fields](OriginExchange& exchange) {
      exchange.respond(exchange.request().method,
                       exchange.request().method == "POST" ? fields : Fields{});
    });
    EXPECT_EQ(request("POST", target, {}, "x").body, "POST");
    return get(target).body;
  };
  const Fields lifetime{{"Cache-Control", "max-age=60"}};
  EXPECT_EQ(post_then_get("/a", lifetime), "GET");
  EXPECT_EQ(post_then_get("/b", {{"Content-Location", "/b"}}), "GET");
  EXPECT_EQ(post_then_get("/c", {{"Cache-Control", "max-age=60"}, {"Content-Location", "/other"}}),
            "GET");
  EXPECT_EQ(get("/other").body.substr(0, 6), "/other");
  const std::string allowed =
      post_then_get("/d", {{"Cache-Control", "max-age=60"}, {"Content-Location", "/d"}});
  EXPECT_TRUE(allowed == "GET" || allowed == "POST") << allowed;
}

TEST_F(PrivateData, AStrippedCookieReachesTheClientItWasMadeForAndNobodyElse) {
  start("- path: /{rest:path}\n  set_cookie: strip");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.hold("head");
    exchange.respond("a", {{"Set-Cookie", "session=" + std::to_string(exchange.request().number)}});
  });
  Client first = client();
  first.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("head").wait_for());
  Client follower = client();
  follower.send_request("GET", "/a");
  let_requests_arrive();
  origin.gate("head").open();
  EXPECT_EQ(first.read()["set-cookie"], "session=1");
  EXPECT_NE(follower.read()["set-cookie"], "session=1");
  EXPECT_FALSE(get("/a").has("set-cookie"));
}

}  // namespace
}  // namespace hawkcache::scenario
