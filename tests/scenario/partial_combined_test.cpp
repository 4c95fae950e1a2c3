// Several parts of one response: combined where one strong validator says that they belong together
// (RFC 9111 section 3.4, RFC 9110 section 15.3.7.3).
#include "scenario/support/range_scenario.hpp"

namespace hawkcache::scenario {
namespace {

class PartsTogether : public RangeScenario {};

TEST_F(PartsTogether, PartsWithOneStrongValidatorAreCombined) {
  get_range("2-3");
  get_range("6-7");
  EXPECT_EQ(seen("2-3"), "HIT 206 23");
  EXPECT_EQ(seen("6-7"), "HIT 206 67");
  EXPECT_EQ(seen("3-6"), "MISS 206 3456") << "and now 2-7 are there";
  EXPECT_EQ(seen("2-7"), "HIT 206 234567");
  EXPECT_EQ(seen("0-1"), "MISS 206 01");
  EXPECT_EQ(seen("-2"), "MISS 206 89");
  EXPECT_EQ(seen("-2"), "HIT 206 89");
  const Response whole = get("/a");
  EXPECT_EQ(whole.x_cache(), "HIT") << "all of it is there";
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, "0123456789");
  EXPECT_EQ(whole["content-length"], "10");
  EXPECT_EQ(request("HEAD", "/a").x_cache(), "HIT");
  EXPECT_EQ(origin.count("/a"), 5U);
}

TEST_F(PartsTogether, TheNewerFieldsReplaceTheOlder) {
  origin_has.add_field("A", "1");
  origin_has.add_field("B", "1");
  get_range("0-4");
  origin_has.set_fields({{"ETag", "\"v1\""}, {"Cache-Control", "max-age=90"}, {"A", "2"}});
  get_range("5-6");
  const Response old_part = get_range("0-4");
  EXPECT_EQ(old_part.x_cache(), "HIT");
  EXPECT_EQ(old_part["a"], "2");
  EXPECT_EQ(old_part["b"], "1");
  EXPECT_EQ(old_part["cache-control"], "max-age=90");
}

struct ValidatorRow {
  const char* name;
  Fields first;
  Fields second;
  bool combined;
};

TEST_F(PartsTogether, OnlyAStrongValidatorInCommonCombines) {
  const std::string hour_ago = clock.http_date(-1h);
  const std::string now = clock.http_date();
  const std::vector<ValidatorRow> table{
      {"/tag", {{"ETag", "\"a\""}}, {{"ETag", "\"a\""}}, true},
      {"/other-tag", {{"ETag", "\"a\""}}, {{"ETag", "\"b\""}}, false},
      {"/date", {{"Last-Modified", hour_ago}}, {{"Last-Modified", hour_ago}}, true},
      {"/other-date", {{"Last-Modified", hour_ago}}, {{"Last-Modified", now}}, false},
      {"/lost-tag",
       {{"ETag", "\"a\""}, {"Last-Modified", hour_ago}},
       {{"Last-Modified", hour_ago}},
       false},
      {"/weakened", {{"ETag", "\"a\""}}, {{"ETag", "W/\"a\""}}, false},
  };
  for (const ValidatorRow& row : table) {
    SCOPED_TRACE(row.name);
    origin_has.set_fields(row.first);
    origin_has.add_field("Cache-Control", "max-age=60");
    get(row.name, range("0-1"));
    origin_has.set_fields(row.second);
    origin_has.add_field("Cache-Control", "max-age=60");
    get(row.name, range("4-5"));
    EXPECT_EQ(get(row.name, range("4-5")).x_cache(), "HIT");
    EXPECT_EQ(get(row.name, range("0-1")).x_cache(), row.combined ? "HIT" : "MISS");
  }
}

TEST_F(PartsTogether, APartOfAnotherLengthReplacesTheOlder) {
  get_range("0-4");
  origin_has.set_body("0123456789AB");
  get_range("5-6");
  EXPECT_EQ(get_range("0-4").x_cache(), "MISS");
}

// Asking for one range after the other would keep none of them.
TEST_F(PartsTogether, WhereNoPartCanBeAddedTheWholeIsFetched) {
  const std::string now = clock.http_date();
  const std::string hour_ago = clock.http_date(-1h);
  std::vector<Fields> table{{},
                            {{"ETag", "W/\"v\""}},
                            {{"Last-Modified", now}},
                            {{"ETag", "W/\"v\""}, {"Last-Modified", hour_ago}}};
  for (std::size_t i = 0; i < table.size(); ++i) {
    Fields& fields = table[i];
    SCOPED_TRACE(to_lines(fields));
    fields.emplace_back("Cache-Control", "max-age=60");
    const std::string target = "/weak" + std::to_string(i);
    origin_has.set_fields(fields);
    EXPECT_EQ(get(target, range("0-1")).body, "01");
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(get(target, range("8-9")).body, "89");
      EXPECT_EQ(get(target, range("0-1")).body, "01");
    }
    EXPECT_EQ(origin.count(target), 2U);
    EXPECT_FALSE(origin.last(target).fields.has("range"));
  }
}

TEST_F(PartsTogether, OneThatIsTooLargeThrowsOutNoOther) {
  start(Daemon{.routes = "- path: /{rest:path}\n  ttl: origin",
               .memory = "max_size: 8MiB\nmax_object: 8KiB"});
  origin_has.set_body(std::string(64 * 1024, 'x'));
  EXPECT_EQ(get("/big", range("0-9")).x_cache(), "MISS");
  EXPECT_EQ(get("/big", range("100-20000")).body.size(), 19901U);
  EXPECT_EQ(get("/big", range("0-9")).x_cache(), "HIT");
  EXPECT_EQ(get("/big", range("20-29")).x_cache(), "MISS");
  EXPECT_EQ(get("/big", range("20-29")).x_cache(), "HIT");
}

TEST_F(PartsTogether, PartsVaryLikeWholes) {
  origin_has.add_field("Vary", "Accept-Language");
  const auto ask = [&](const std::string& language, const std::string& bytes) {
    return get("/a", {{"Range", "bytes=" + bytes}, {"Accept-Language", language}}).x_cache();
  };
  ask("de", "0-4");
  EXPECT_EQ(ask("de", "0-4"), "HIT");
  EXPECT_EQ(ask("en", "0-4"), "MISS");
  ask("en", "5-6");
  EXPECT_EQ(ask("de", "5-6"), "MISS");
  EXPECT_EQ(ask("de", "0-6"), "HIT");
  EXPECT_EQ(ask("en", "0-6"), "HIT");
}

TEST_F(PartsTogether, TogetherTooLargeTheOlderStays) {
  start(Daemon{.routes = "- path: /{rest:path}\n  ttl: origin", .memory = "max_object: 1KiB"});
  origin_has.set_body(std::string(5000, 'x'));
  get_range("0-799");
  EXPECT_EQ(get_range("2000-2799").status, 206);
  EXPECT_EQ(get_range("0-799").x_cache(), "HIT");
  EXPECT_EQ(get_range("2000-2799").x_cache(), "MISS");
  EXPECT_EQ(get_range("0-3999").body.size(), 4000U) << "too large by itself";
}

}  // namespace
}  // namespace hawkcache::scenario
