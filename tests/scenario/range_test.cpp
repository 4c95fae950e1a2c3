// Range requests answered from what is stored whole, or on its way in (RFC 9110 sections 14 and
// 15.3.7).
#include "scenario/support/scenario.hpp"

#include <optional>

namespace hawkcache::scenario {
namespace {

// Bytes that tell where they are: "0000 0001 0002 ..." .
std::string numbered_bytes(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    std::string number = std::to_string(i);
    text += std::string(4 - std::min<std::size_t>(number.size(), 4), '0') + number + " ";
  }
  text.resize(size);
  return text;
}

struct Part {
  std::string content_type;
  std::string content_range;
  std::string data;
};

std::string field_of(std::string_view head, std::string_view name) {
  const std::size_t begin = head.find(std::string(name) + ": ");
  if (begin == std::string_view::npos) return "";
  const std::size_t from = begin + name.size() + 2;
  return std::string(head.substr(from, head.find("\r\n", from) - from));
}

// The parts of a multipart/byteranges answer; none where it cannot be read.
std::vector<Part> parts_of(const Response& response) {
  const std::string type = response["content-type"];
  const std::string prefix = "multipart/byteranges; boundary=";
  if (!type.starts_with(prefix)) return {};
  const std::string delimiter = "--" + type.substr(prefix.size());
  std::vector<Part> parts;
  std::string_view rest = response.body;
  if (!rest.starts_with(delimiter + "\r\n")) return {};
  rest.remove_prefix(delimiter.size() + 2);
  for (;;) {
    const std::size_t end = rest.find("\r\n" + delimiter);
    const std::size_t head_end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos || head_end == std::string_view::npos) return {};
    const std::string_view head = rest.substr(0, head_end + 2);
    parts.push_back({field_of(head, "Content-Type"),
                     field_of(head, "Content-Range"),
                     std::string(rest.substr(head_end + 4, end - head_end - 4))});
    rest.remove_prefix(end + 2 + delimiter.size());
    if (rest == "--\r\n") return parts;
    if (!rest.starts_with("\r\n")) return {};
    rest.remove_prefix(2);
  }
}

class Ranges : public Scenario {
 protected:
  static constexpr std::size_t kSize = 5000;
  void SetUp() override {
    start("- path: /{rest:path}");
    origin.otherwise([this](OriginExchange& exchange) { exchange.respond(body, fields()); });
  }
  Fields fields() const {
    return {{"ETag", "\"v1\""}, {"Last-Modified", modified}, {"Content-Type", "text/plain"}};
  }
  const std::string body = numbered_bytes(kSize);
  const std::string modified = clock.http_date(-1h);
};

struct SeveralRow {
  std::string range;
  std::vector<std::pair<std::size_t, std::size_t>> parts;  // first and last
};

const std::vector<SeveralRow> kSeveral{
    {"bytes=0-1,3-4", {{0, 1}, {3, 4}}},
    {"bytes=0-99, 1000-1999, -1", {{0, 99}, {1000, 1999}, {4999, 4999}}},
    {"bytes=-10,0-9", {{4990, 4999}, {0, 9}}},
    {"bytes=4000-,0-0", {{4000, 4999}, {0, 0}}},
    {"bytes=7-8,7000-8000,0-1", {{7, 8}, {0, 1}}},
    {"bytes=100-200,150-250,0-1", {{0, 1}, {100, 250}}},
};

TEST_F(Ranges, SeveralAreAnsweredInPartsFromWhatIsStored) {
  get("/a");
  for (const SeveralRow& row : kSeveral) {
    SCOPED_TRACE(row.range);
    const Response response = get("/a", {{"Range", row.range}});
    EXPECT_EQ(response.status, 206);
    EXPECT_EQ(response.x_cache(), "HIT");
    EXPECT_TRUE(response.whole);
    EXPECT_EQ(response.fields.count_of("content-type"), 1U);
    EXPECT_FALSE(response.has("content-range")) << "RFC 9110 section 15.3.7.2";
    EXPECT_EQ(response["content-length"], std::to_string(response.body.size()));
    EXPECT_EQ(response["etag"], "\"v1\"");
    const std::vector<Part> parts = parts_of(response);
    ASSERT_EQ(parts.size(), row.parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto [first, last] = row.parts[i];
      EXPECT_EQ(parts[i].content_type, "text/plain");
      EXPECT_EQ(parts[i].content_range,
                "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/5000");
      EXPECT_EQ(parts[i].data, body.substr(first, last - first + 1));
    }
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(Ranges, WhatIsLeftAsOneIsAnsweredAsOne) {
  get("/a");
  for (const char* range : {"bytes=0-1,2-3", "bytes=2-3,0-1", "bytes=0-3,1-2", "bytes=0-3,6000-"}) {
    SCOPED_TRACE(range);
    const Response response = get("/a", {{"Range", range}});
    EXPECT_EQ(response.status, 206);
    EXPECT_EQ(response["content-range"], "bytes 0-3/5000");
    EXPECT_EQ(response["content-type"], "text/plain");
    EXPECT_EQ(response.body, body.substr(0, 4));
  }
}

TEST_F(Ranges, NoneThatIsThereIs416WithTheLength) {
  get("/a");
  for (const char* range : {"bytes=5000-", "bytes=5000-,9000-9999,-0"}) {
    const Response response = get("/a", {{"Range", range}});
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response["content-range"], "bytes */5000");
    EXPECT_EQ(response.body, "");
  }
}

TEST_F(Ranges, WhatCostsMoreThanTheWholeGetsTheWhole) {
  get("/a");
  std::string every_other = "bytes=";
  for (std::size_t i = 0; i < 2500; i += 2) {
    every_other += std::to_string(i) + "-" + std::to_string(i) + ",";
  }
  for (const std::string& range : {every_other,
                                   std::string("bytes=0-2499,2501-4999"),
                                   std::string("bytes=0-1,3-2,7-8"),
                                   std::string("items=0-1,3-4")}) {
    const Response response = get("/a", {{"Range", range}});
    EXPECT_EQ(response.status, 200) << range;
    EXPECT_EQ(response["content-type"], "text/plain");
    EXPECT_EQ(response.body, body);
  }
}

TEST_F(Ranges, TwoRangeFieldsAreNone) {
  get("/a");
  EXPECT_EQ(get("/a", {{"Range", "bytes=0-1"}, {"Range", "bytes=3-4"}}).status, 200);
}

TEST_F(Ranges, SeveralWithIfRangeNeedTheStrongValidator) {
  get("/a");
  const auto ranged = [&](const std::string& if_range) {
    return get("/a", {{"Range", "bytes=0-1,3-4"}, {"If-Range", if_range}}).status;
  };
  EXPECT_EQ(ranged("\"v1\""), 206);
  EXPECT_EQ(ranged(modified), 206);
  EXPECT_EQ(ranged("\"v2\""), 200);
  EXPECT_EQ(ranged("W/\"v1\""), 200);
  EXPECT_EQ(ranged(clock.http_date()), 200);
}

TEST_F(Ranges, AHeadIgnoresThem) {
  get("/a");
  const Response head = request("HEAD", "/a", {{"Range", "bytes=0-1,3-4"}});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head["content-length"], "5000");
}

TEST_F(Ranges, AfterSeveralPartsTheConnectionIsInOrder) {
  get("/a");
  Client one = client();
  EXPECT_EQ(one.get("/a", {{"Range", "bytes=0-1,3-4"}}).status, 206);
  EXPECT_EQ(one.get("/a").body, body);
}

TEST_F(Ranges, AContentRangeOnAWholeResponseMeansNothing) {
  origin.answer("/odd", ok(body, {{"Content-Range", "bytes 7-8/9"}, {"ETag", "\"v1\""}}));
  get("/odd");
  const Response one = get("/odd", {{"Range", "bytes=0-1"}});
  EXPECT_EQ(one["content-range"], "bytes 0-1/5000");
  EXPECT_FALSE(get("/odd", {{"Range", "bytes=0-1,3-4"}}).has("content-range"));
}

// The origin sends half, and the rest when the gate "rest" opens.
class RangesOfAFill : public Ranges {
 protected:
  void SetUp() override {
    Ranges::SetUp();
    origin.on("/slow", [this](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n" + to_lines(fields()) + "\r\n" +
                    body.substr(0, kSize / 2));
      exchange.hold("rest");
      exchange.send(body.substr(kSize / 2));
    });
    first.emplace(client());
    first->send_request("GET", "/slow");
    ASSERT_TRUE(origin.gate("rest").wait_for());
  }
  std::optional<Client> first;
};

TEST_F(RangesOfAFill, PartsGoOutAsTheyComeIn) {
  Client one = client();
  one.send_request("GET", "/slow", {{"Range", "bytes=10-19,1000-2999,-5"}});
  Response response = one.read_head();
  EXPECT_EQ(response.status, 206);
  EXPECT_TRUE(one.read_body(response, 1000)) << "what has come is there before the rest";
  origin.gate("rest").open();
  one.read_rest(response);
  EXPECT_TRUE(response.whole);
  const std::vector<Part> parts = parts_of(response);
  ASSERT_EQ(parts.size(), 3U) << response;
  EXPECT_EQ(parts[0].data, body.substr(10, 10));
  EXPECT_EQ(parts[1].data, body.substr(1000, 2000));
  EXPECT_EQ(parts[2].data, body.substr(4995));
  EXPECT_EQ(origin.count("/slow"), 1U);
}

TEST_F(RangesOfAFill, PartsWithinWhatHasComeNeedNotWait) {
  const Response response = get("/slow", {{"Range", "bytes=0-0,100-199"}});
  const std::vector<Part> parts = parts_of(response);
  ASSERT_EQ(parts.size(), 2U) << response;
  EXPECT_EQ(parts[1].data, body.substr(100, 100));
  origin.gate("rest").open();
}

TEST_F(RangesOfAFill, PartsOutOfOrderGetTheWhole) {
  Client one = client();
  one.send_request("GET", "/slow", {{"Range", "bytes=100-199,0-0"}});
  Response response = one.read_head();
  EXPECT_EQ(response.status, 200);
  origin.gate("rest").open();
  one.read_rest(response);
  EXPECT_EQ(response.body, body);
}

TEST_F(RangesOfAFill, OneThatBreaksOffIsSeenToBreakOff) {
  origin.on("/broken", [this](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n" + to_lines(fields()) + "\r\n" +
                  body.substr(0, 100));
    exchange.hold("break");
    exchange.reset();
  });
  Client one = client();
  one.send_request("GET", "/broken", {{"Range", "bytes=0-9,2000-2009"}});
  Response response = one.read_head();
  EXPECT_EQ(response.status, 206);
  origin.gate("break").open();
  one.read_rest(response);
  EXPECT_FALSE(response.whole);
  origin.gate("rest").open();
}

}  // namespace
}  // namespace hawkcache::scenario
