// How a tag reads that is made of what others sent: as explain shows it, and as purges name it.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class TagText : public Scenario {};

TEST_F(TagText, BytesThatAreNotUtf8AreReplacedSoThatTheTagCanBePurged) {
  start(
      "- path: /w/{x}\n  methods: [GET]\n  tags: [\"w:{x}\"]\n"
      "- path: /w/{x}\n  methods: [PUT]\n  invalidates: [\"w:{x}\"]\n");
  get("/w/%FF");
  EXPECT_THAT(proxy->admin("GET", "/v1/explain?url=/w/%25FF").body, HasSubstr("w:\xEF\xBF\xBD"));
  EXPECT_EQ(purge("{\"tags\": [\"w:\xEF\xBF\xBD\"]}").purged, 1U);
  EXPECT_EQ(x_cache("/w/%FF"), "MISS");
  EXPECT_EQ(purge(R"({"tags": ["w:\ufffd"]})").purged, 1U);
  EXPECT_EQ(x_cache("/w/%FF"), "MISS");
  EXPECT_EQ(request("PUT", "/w/%FF", {}, "x").status, 200);
  EXPECT_EQ(x_cache("/w/%FF"), "MISS");
}

TEST_F(TagText, TheOriginsTagsAreReplacedInTheSameWay) {
  start("- path: /{x}");
  origin.answer("/a", ok("x", {{"Surrogate-Key", "one\xE4"}, {"Cache-Tag", "two\xC3"}}));
  for (const char* tag : {"one", "two"}) {
    EXPECT_EQ(x_cache("/a"), "MISS");
    EXPECT_EQ(purge(std::string(R"({"tags": [")") + tag + R"(\ufffd"]})").purged, 1U);
  }
  EXPECT_EQ(x_cache("/a"), "MISS");
  const Response purged = proxy->admin("PURGE", "/", {{"Surrogate-Key", "one\xE4"}});
  EXPECT_EQ(purged.status, 200) << purged;
  EXPECT_EQ(x_cache("/a"), "MISS");
}

TEST_F(TagText, AValueIsAsLongAsTheLimitSays) {
  start(Daemon{.routes = "- path: /{x}\n  tags: [\"t:{x}\"]", .limits = "tag_length: 20"});
  get("/123456789012345678901");
  EXPECT_EQ(purge(R"({"tags": ["t:123456789012345678901"]})").purged, 0U);
  EXPECT_EQ(purge(R"({"tags": ["t:12345678901234567890"]})").purged, 1U);
  origin.answer("/long", ok("x", {{"Cache-Tag", "123456789012345678901"}}));
  EXPECT_THAT(get("/long").cache_status(), HasSubstr("detail=too-many-tags"));
}

}  // namespace
}  // namespace hawkcache::scenario
