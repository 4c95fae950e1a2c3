// CDN-Cache-Control (RFC 9213): a targeted field that decides alone, as a Structured Fields
// dictionary, and passes on to the client.
#include "scenario/support/lifetime_table.hpp"

namespace hawkcache::scenario {
namespace {

class Targeted : public LifetimeTable {
 protected:
  // A rule that adds no lifetime of its own: what is stored is stored on the field's word.
  static Lifetime row(const char* name, Fields fields) {
    return {.name = name, .rule = "ttl: origin", .fields = std::move(fields)};
  }
  static Lifetime not_reused(const char* name, Fields fields) {
    Lifetime result = row(name, std::move(fields));
    result.at_once = "MISS";
    return result;
  }
  static Lifetime reused(const char* name, Fields fields, int seconds, const char* later) {
    Lifetime result = row(name, std::move(fields));
    result.later_seconds = seconds;
    result.later = later;
    return result;
  }
};

TEST_F(Targeted, ItsLifetimeBeatsCacheControlAndExpires) {
  const std::string past = clock.http_date(-3h);
  const std::string future = clock.http_date(3h);
  check({
      reused("max-age", {{"CDN-Cache-Control", "max-age=60"}}, 59, "HIT"),
      reused("max-age ends", {{"CDN-Cache-Control", "max-age=60"}}, 60, "MISS"),
      reused("s-maxage beats max-age in it",
             {{"CDN-Cache-Control", "max-age=600, s-maxage=10"}},
             10,
             "MISS"),
      reused("2^31", {{"CDN-Cache-Control", "max-age=2147483648"}}, 86400, "HIT"),
      reused("more than 2^31", {{"CDN-Cache-Control", "max-age=99999999999"}}, 86400, "HIT"),
      not_reused("older than it on arrival",
                 {{"CDN-Cache-Control", "max-age=3600"}, {"Age", "7200"}}),
      not_reused("0", {{"CDN-Cache-Control", "max-age=0"}}),
      not_reused("negative", {{"CDN-Cache-Control", "max-age=-5"}}),
      reused("an unknown directive beside it",
             {{"CDN-Cache-Control", "foobar, max-age=3600"}},
             3599,
             "HIT"),
      reused("a past Expires",
             {{"CDN-Cache-Control", "max-age=3600"}, {"Expires", past}},
             3599,
             "HIT"),
      reused("an invalid Expires",
             {{"CDN-Cache-Control", "max-age=3600"}, {"Expires", "0"}},
             3599,
             "HIT"),
      not_reused("0 and a future Expires",
                 {{"CDN-Cache-Control", "max-age=0"}, {"Expires", future}}),
      not_reused("no lifetime in it: Expires does not stand in",
                 {{"CDN-Cache-Control", "public"}, {"Expires", future}}),
      reused("longer than Cache-Control's",
             {{"CDN-Cache-Control", "max-age=3600"}, {"Cache-Control", "max-age=1"}},
             3599,
             "HIT"),
      reused("shorter than Cache-Control's",
             {{"CDN-Cache-Control", "max-age=1"}, {"Cache-Control", "max-age=3600"}},
             1,
             "MISS"),
      reused("parameters mean nothing", {{"CDN-Cache-Control", "max-age=60;a=b"}}, 59, "HIT"),
      reused("twice: the last, as dictionaries have it",
             {{"CDN-Cache-Control", "max-age=1, max-age=60"}},
             59,
             "HIT"),
      reused("on two lines",
             {{"CDN-Cache-Control", "foobar"}, {"CDN-Cache-Control", "max-age=60"}},
             59,
             "HIT"),
  });
}

TEST_F(Targeted, ItAloneDecidesWhetherToStore) {
  const Fields lasting{{"Cache-Control", "max-age=10000"}, {"Expires", clock.http_date(3h)}};
  const auto beside = [&lasting](const char* value) {
    Fields fields = lasting;
    fields.emplace_back("CDN-Cache-Control", value);
    return fields;
  };
  check({
      not_reused("private", beside("private")),
      not_reused("no-cache", beside("no-cache")),
      not_reused("no-store", beside("no-store")),
      not_reused("private beside a lifetime of the wrong type", beside("private, max-age=\"9\"")),
      reused("no-store=?0 is not there", beside("no-store=?0, max-age=60"), 59, "HIT"),
      reused("a lifetime over no-store",
             {{"CDN-Cache-Control", "max-age=10000"}, {"Cache-Control", "no-store"}},
             9999,
             "HIT"),
      reused("a lifetime over private",
             {{"CDN-Cache-Control", "max-age=60"}, {"Cache-Control", "private"}},
             59,
             "HIT"),
  });
}

// "If a targeted field in a given response is empty or a parsing error is encountered, that field
// MUST be ignored" (section 2.1): one bad member voids the whole field.
TEST_F(Targeted, AFieldThatIsNoDictionaryIsIgnored) {
  std::vector<Lifetime> table;
  for (const char* value : {"",
                            "max-age=10000, &&&&&",
                            "max-age=\"10000\"",
                            "max-age=10000.5",
                            "max-age",
                            "max-age=abc",
                            "max-age =10000",
                            "max-age= 10000",
                            "max-age=@",
                            "max-age=9999999999999999",  // more than fifteen digits
                            "MaX-aGe=10000",
                            "max-age=10000,"}) {
    table.push_back(
        not_reused(value, {{"CDN-Cache-Control", value}, {"Cache-Control", "no-store"}}));
    table.push_back(
        reused(value, {{"CDN-Cache-Control", value}, {"Cache-Control", "max-age=10"}}, 10, "MISS"));
  }
  check(table);
}

TEST_F(Targeted, ItsStaleWindowsCountAndTheOthersDoNot) {
  start("- path: /own\n- path: /other");
  origin.answer("/own",
                ok("own", {{"CDN-Cache-Control", "max-age=10, stale-while-revalidate=30"}}));
  origin.answer("/other",
                ok("other",
                   {{"CDN-Cache-Control", "max-age=10"},
                    {"Cache-Control", "max-age=10, stale-while-revalidate=30"}}));
  get("/own");
  get("/other");
  clock.advance(39s);
  EXPECT_EQ(x_cache("/own"), "HIT");
  EXPECT_EQ(x_cache("/other"), "MISS");
}

// Whatever stands behind us may be a targeted cache too; and Age, Date and Expires tell the truth
// where the targeted lifetime is longer than the one that clients see.
TEST_F(Targeted, ItPassesOnToTheClientBesideTheFieldsThatClientsUse) {
  start("- path: /a\n- path: /invalid");
  const std::string date = clock.http_date();
  const std::string expires = clock.http_date(1s);
  origin.answer("/a",
                ok("a",
                   {{"Date", date},
                    {"Cache-Control", "max-age=1"},
                    {"Expires", expires},
                    {"CDN-Cache-Control", "max-age=10000"}}));
  origin.answer("/invalid", ok("a", {{"CDN-Cache-Control", "=?"}}));
  for (const int age : {0, 100}) {
    const Response response = get("/a");
    EXPECT_EQ(response["cdn-cache-control"], "max-age=10000");
    EXPECT_EQ(response["cache-control"], "max-age=1");
    EXPECT_EQ(response["date"], date);
    EXPECT_EQ(response["expires"], expires);
    if (age > 0) {
      EXPECT_EQ(response.x_cache(), "HIT");
      EXPECT_EQ(response["age"], std::to_string(age));
    }
    clock.advance(100s);
  }
  EXPECT_EQ(get("/invalid")["cdn-cache-control"], "=?");
}

}  // namespace
}  // namespace hawkcache::scenario
