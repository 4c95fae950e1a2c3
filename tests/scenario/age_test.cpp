// Age, Date and Expires: as the origin sends them (RFC 9111 sections 4.2.3, 5.1 and 5.3), as hits
// carry them, and after a 304 (section 3.2).
#include "scenario/support/lifetime_table.hpp"

namespace hawkcache::scenario {
namespace {

class AgeOfAnswers : public LifetimeTable {
 protected:
  // Reused or not on `max-age=3600`, with these Age lines.
  static Lifetime row(std::vector<const char*> ages, const char* at_once) {
    Fields fields{{"Cache-Control", "max-age=3600"}};
    for (const char* age : ages) fields.emplace_back("Age", age);
    return {.name = ages.front(), .fields = fields, .at_once = at_once};
  }
};

// "use the first member of the field value, discarding subsequent ones. If the field value [...] is
// invalid [...], a cache SHOULD ignore the field" (section 5.1)
TEST_F(AgeOfAnswers, IsTheFirstMemberThatIsANumber) {
  check({
      row({"0"}, "HIT"),
      row({"3599"}, "HIT"),
      row({"3600"}, "MISS"),
      row({"7200"}, "MISS"),
      row({"abc"}, "HIT"),
      row({"-7200"}, "HIT"),
      row({"+7200"}, "HIT"),
      row({"7200.0"}, "HIT"),
      row({"7200;foo=bar"}, "HIT"),
      row({"7200;foo=111"}, "HIT"),
      row({"\"7200\""}, "HIT"),
      row({"2147483647"}, "MISS"),
      row({"2147483648"}, "MISS"),
      row({"2147483649"}, "MISS"),
      row({"18446744073709551617"}, "MISS"),
      row({"7200, 0"}, "MISS"),
      row({"0, 7200"}, "HIT"),
      row({"0, 0"}, "HIT"),
      row({"7200", "0"}, "MISS"),
      row({"0", "7200"}, "HIT"),
      row({"0", "0"}, "HIT"),
      row({"3000", "3000"}, "HIT"),
  });
}

TEST_F(AgeOfAnswers, IsDroppedWhereItCannotBeRead) {
  start("- path: /cached/{x}");
  for (const char* age : {"x", "-1", "5.5", ""}) {
    for (const std::string target : {"/cached/1", "/relayed"}) {
      origin.answer(target, ok("x", {{"Age", age}, {"Cache-Control", "no-cache, max-age=0"}}));
      const Response response = get(target);
      EXPECT_FALSE(response.fields.has("Age")) << target << " " << age;
    }
  }
}

TEST_F(AgeOfAnswers, IsTheOlderOfWhatAgeAndDateSay) {
  start("- path: /age\n- path: /date\n- path: /future\n- path: /no-date\n- path: /odd-date");
  const auto serve = [this](const char* target, Fields fields) {
    fields.emplace_back("Cache-Control", "max-age=1000");
    origin.answer(target, ok("x", fields));
    get(target);
  };
  serve("/age", {{"Age", "500"}, {"Date", clock.http_date(-100s)}});
  serve("/date", {{"Age", "100"}, {"Date", clock.http_date(-500s)}});
  serve("/future", {{"Date", clock.http_date(500s)}});
  serve("/no-date", {{"Age", "20"}});
  serve("/odd-date", {{"Date", "yesterday"}});
  clock.advance(10s);
  EXPECT_EQ(get("/age")["age"], "510");
  EXPECT_EQ(get("/date")["age"], "510");
  EXPECT_EQ(get("/future")["age"], "10");
  EXPECT_EQ(get("/no-date")["age"], "30");
  EXPECT_EQ(get("/odd-date")["age"], "10");
  clock.advance(490s);
  EXPECT_EQ(x_cache("/age"), "MISS");
  EXPECT_EQ(x_cache("/date"), "MISS");
  EXPECT_EQ(x_cache("/future"), "HIT");
}

// "the lifetime is the difference between Expires and Date", whatever our own clock says.
TEST_F(AgeOfAnswers, ExpiresCountsFromDate) {
  start("- path: /slow\n- path: /fast\n- path: /alone");
  origin.answer("/slow",
                ok("x", {{"Date", clock.http_date(-100s)}, {"Expires", clock.http_date(-80s)}}));
  origin.answer("/fast",
                ok("x", {{"Date", clock.http_date(100s)}, {"Expires", clock.http_date(120s)}}));
  origin.answer("/alone", ok("x", {{"Expires", clock.http_date(20s)}}));
  for (const char* target : {"/slow", "/fast", "/alone"}) get(target);
  EXPECT_EQ(x_cache("/slow"), "MISS") << "its Date makes it older than it lives";
  clock.advance(19s);
  EXPECT_EQ(x_cache("/fast"), "HIT");
  EXPECT_EQ(x_cache("/alone"), "HIT");
  clock.advance(1s);
  EXPECT_EQ(x_cache("/fast"), "MISS");
  EXPECT_EQ(x_cache("/alone"), "MISS");
}

// "The presence of an Age header field implies that the response was not generated or validated by
// the origin server for this request." (section 5.1)
TEST_F(AgeOfAnswers, IsNotToldOfWhatTheOriginHasJustMade) {
  start("- path: /slow\n- path: /clock\n- path: /cached");
  origin.on("/slow", [this](OriginExchange& exchange) {
    clock.advance(5s);
    exchange.respond("x", {{"Cache-Control", "max-age=1000"}});
  });
  origin.answer("/clock", ok("x", {{"Date", clock.http_date(-600s)}}));
  origin.answer("/cached", ok("x", {{"Age", "30"}, {"Cache-Control", "max-age=1000"}}));
  EXPECT_FALSE(get("/slow").has("age"));  // takes five seconds
  EXPECT_FALSE(get("/clock").has("age"));
  EXPECT_EQ(get("/cached")["age"], "30");
  EXPECT_EQ(get("/slow")["age"], "5");
  EXPECT_EQ(get("/clock")["age"], "605");
  EXPECT_EQ(get("/cached")["age"], "30");
}

class FieldsOfHits : public Scenario {
 protected:
  static void not_modified(OriginExchange& exchange, const Fields& fields) {
    exchange.send("HTTP/1.1 304 Not Modified\r\n" + to_lines(fields) + "\r\n");
  }
};

TEST_F(FieldsOfHits, DateAndExpiresStayAsTheOriginSentThem) {
  start("- path: /both\n- path: /no-date");
  const std::string date = clock.http_date(-3s);
  const std::string expires = clock.http_date(100s);
  origin.answer("/both", ok("x", {{"Date", date}, {"Expires", expires}}));
  origin.answer("/no-date", ok("x"));
  const std::string received = clock.http_date();
  for (int i = 0; i < 3; ++i) {
    const Response both = get("/both");
    EXPECT_EQ(both["date"], date);
    EXPECT_EQ(both["expires"], expires);
    EXPECT_EQ(both.fields.count_of("date"), 1U);
    // "A recipient with a clock that receives a response message without a Date header field MUST
    // record the time it was received" (RFC 9110 section 6.6.1)
    EXPECT_EQ(get("/no-date")["date"], received);
    clock.advance(15s);
  }
  EXPECT_EQ(x_cache("/both"), "HIT");
}

// "the cache MUST add each header field in the provided response to the stored response, replacing
// field values that are already present" (section 3.2)
TEST_F(FieldsOfHits, A304BringsNewDateExpiresAndAge) {
  start("- path: /a");
  origin.on("/a", [this](OriginExchange& exchange) {
    const Fields times{{"Date", clock.http_date()}, {"Expires", clock.http_date(60s)}};
    if (exchange.request().number == 1) {
      Fields fields = times;
      fields.emplace_back("ETag", "\"v1\"");
      fields.emplace_back("Age", "7");
      exchange.respond("body", fields);
    } else {
      not_modified(exchange, times);
    }
  });
  get("/a");
  clock.advance(70s);
  const std::string date = clock.http_date();
  const std::string expires = clock.http_date(60s);
  EXPECT_EQ(get("/a").body, "body");
  clock.advance(59s);
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit["date"], date);
  EXPECT_EQ(hit["expires"], expires);
  EXPECT_EQ(hit["age"], "59") << "the Age of the first answer spoke of another moment";
  EXPECT_EQ(hit.fields.count_of("date"), 1U);
  EXPECT_EQ(hit.fields.count_of("expires"), 1U);
  clock.advance(1s);
  get("/a");
  EXPECT_EQ(origin.count("/a"), 3U);
}

// "The server generating a 304 response MUST generate any of the following header fields that would
// have been sent in a 200 (OK) response" (RFC 9110 section 15.4.5)
TEST_F(FieldsOfHits, A304ToAClientCarriesWhatItsOwnStoreNeeds) {
  start("- path: /a");
  const Fields needed{{"Cache-Control", "max-age=60"},
                      {"Content-Location", "/a"},
                      {"Date", clock.http_date()},
                      {"ETag", "\"v1\""},
                      {"Expires", clock.http_date(60s)},
                      {"Vary", "Accept"}};
  Fields all = needed;
  all.emplace_back("Content-Type", "text/plain");
  origin.answer("/a", ok("body", all));
  get("/a");
  const Response response = get("/a", {{"If-None-Match", "\"v1\""}});
  EXPECT_EQ(response.status, 304);
  for (const auto& [name, value] : needed) EXPECT_EQ(response[name], value) << name;
  EXPECT_FALSE(response.has("content-type"));
  EXPECT_FALSE(response.has("content-length"));
}

TEST_F(FieldsOfHits, A304WithoutExpiresOrDateGivesNoNewLifeToTheOldExpires) {
  start("- path: /a\n  ttl: origin");
  origin.on("/a", [this](OriginExchange& exchange) {
    if (exchange.request().number == 1) {
      exchange.respond(
          "body",
          {{"Date", clock.http_date()}, {"Expires", clock.http_date(60s)}, {"ETag", "\"v1\""}});
    } else {
      not_modified(exchange, {{"ETag", "\"v1\""}});
    }
  });
  const std::string expires = clock.http_date(60s);
  get("/a");
  clock.advance(70s);
  for (std::size_t round = 2; round <= 3; ++round) {
    const Response validated = get("/a");
    EXPECT_EQ(validated.body, "body");
    EXPECT_EQ(validated["expires"], expires);
    EXPECT_EQ(validated["date"], clock.http_date());
    EXPECT_EQ(origin.count("/a"), round);
  }
}

// "The presence of an Age header field implies that the response was not generated or validated by
// the origin server for this request." (section 5.1)
TEST_F(FieldsOfHits, WhatTheOriginHasJustValidatedHasOnlyTheAgeOfThe304) {
  start("- path: /{x}");
  for (const std::string method : {"GET", "HEAD"}) {
    for (const std::string age : {"", "50"}) {
      const std::string target = "/" + method + age;
      origin.on(target, [this, age](OriginExchange& exchange) {
        Fields fields{{"Cache-Control", "max-age=60, no-cache"}, {"ETag", "\"v1\""}};
        if (exchange.request().number == 1) return void(exchange.respond("body", fields));
        if (!age.empty()) fields.emplace_back("Age", age);
        clock.advance(3s);  // on its way
        not_modified(exchange, fields);
      });
      get(target);
      clock.advance(20s);
      const Response validated = request(method, target);
      EXPECT_EQ(validated.status, 200);
      EXPECT_THAT(validated.cache_status(), ::testing::HasSubstr("fwd-status=304"));
      EXPECT_EQ(validated["age"], age) << target;
    }
  }
}

TEST_F(FieldsOfHits, TheAgeOfA304Counts) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number == 1)
      exchange.respond("body", {{"Cache-Control", "max-age=60"}, {"ETag", "\"v1\""}});
    else
      not_modified(exchange, {{"Age", "50"}});
  });
  get("/a");
  clock.advance(60s);
  get("/a");
  clock.advance(9s);
  EXPECT_EQ(get("/a")["age"], "59");
  clock.advance(1s);
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(origin.count("/a"), 3U);
}

}  // namespace
}  // namespace hawkcache::scenario
