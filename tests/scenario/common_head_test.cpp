// What the heads of a route have in common is kept once; no client can tell.
#include "scenario/support/scenario.hpp"

#include <algorithm>
#include <string>

namespace hawkcache::scenario {
namespace {

using ::testing::StartsWith;

// In no order but that of the lines of each name; without what is said of this one answer.
Fields by_name(const Response& response) {
  Fields fields;
  for (auto [name, value] : response.fields) {
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    if (name != "age" && name != "x-cache" && name != "cache-status")
      fields.emplace_back(name, value);
  }
  std::stable_sort(
      fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return fields;
}

class CommonHead : public Scenario {
 protected:
  // Items 0 to 4, each a miss: the last ones share what they have in common.
  void SetUp() override {
    start("- path: /items/{id:int}\n  ttl: 60s");
    for (const std::string& path : paths()) {
      origin.answer(path, answer(path));
      misses_.push_back(get(path));
    }
  }
  static std::vector<std::string> paths() {
    return {"/items/0", "/items/1", "/items/2", "/items/3", "/items/4"};
  }
  // Long enough for several ranges to be worth it.
  static std::string body_of(const std::string& path) {
    return "body of " + path + std::string(2000, '.');
  }
  static std::string answer(const std::string& path) {
    return ok(body_of(path),
              {{"Content-Type", "application/json"},
               {"ETag", '"' + path + '"'},
               {"Link", "</style.css>; rel=preload"},
               {"Link", "</script.js>; rel=preload"},
               {"X-Request-Id", "of" + path},
               {"Cache-Control", "public, max-age=60"},
               {"Strict-Transport-Security", "max-age=31536000"},
               {"X-Content-Type-Options", "nosniff"}});
  }
  std::vector<Response> misses_;
};

TEST_F(CommonHead, AHitHasTheFieldsOfTheMiss) {
  for (std::size_t i = 0; i < misses_.size(); ++i) {
    const Response hit = get(paths()[i]);
    EXPECT_EQ(hit.x_cache(), "HIT");
    EXPECT_EQ(hit.status, 200);
    EXPECT_EQ(hit.body, body_of(paths()[i]));
    EXPECT_EQ(by_name(hit), by_name(misses_[i]));
    EXPECT_EQ(hit["link"], "</style.css>; rel=preload, </script.js>; rel=preload");
    EXPECT_EQ(by_name(request("HEAD", paths()[i])), by_name(misses_[i]));
  }
}

TEST_F(CommonHead, PartsAnd304sAreMadeOfBothOfItsPieces) {
  for (const std::string& path : paths()) {
    const Response part = get(path, {{"Range", "bytes=0-3"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "body");
    EXPECT_EQ(part["x-request-id"], "of" + path);
    EXPECT_EQ(part["content-type"], "application/json");
    const Response parts = get(path, {{"Range", "bytes=0-0,3-3"}});
    EXPECT_EQ(parts.status, 206);
    EXPECT_THAT(parts["content-type"], StartsWith("multipart/byteranges"));
    EXPECT_THAT(parts.body, ::testing::HasSubstr("application/json"));
    const Response unchanged = get(path, {{"If-None-Match", '"' + path + '"'}});
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_EQ(unchanged["etag"], '"' + path + '"');
    EXPECT_EQ(unchanged["cache-control"], "public, max-age=60");
  }
}

TEST_F(CommonHead, A304FreshensOneOfThemAndLeavesTheOthers) {
  clock.advance(61s);
  origin.answer("/items/4",
                "HTTP/1.1 304 Not Modified\r\nETag: \"/items/4\"\r\nX-Request-Id: another\r\n"
                "Strict-Transport-Security: max-age=1\r\n\r\n");
  get("/items/4");
  const Response hit = get("/items/4");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, body_of("/items/4"));
  EXPECT_EQ(hit["x-request-id"], "another");
  EXPECT_EQ(hit["strict-transport-security"], "max-age=1");
  EXPECT_EQ(hit["x-content-type-options"], "nosniff");
  get("/items/3");
  EXPECT_EQ(get("/items/3")["strict-transport-security"], "max-age=31536000");
}

}  // namespace
}  // namespace hawkcache::scenario
