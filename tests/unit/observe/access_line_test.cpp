#include "observe/access_line.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace hawkcache::observe {
namespace {

TransactionRecord sample() {
  TransactionRecord record;
  record.time = WallTime{Duration{1795418143123}};
  record.peer = "127.0.0.1";
  record.method = "GET";
  record.host = "api.example.com";
  record.target = "/users/42?x=1";
  record.status = 200;
  record.bytes = 512;
  record.duration = std::chrono::microseconds(1084);
  record.route = "user";
  record.cache = "HIT";
  return record;
}

std::string line(const TransactionRecord& record, AccessLog::Format format) {
  std::string out;
  {
    TextWriter writer(out);
    write_access_line(writer, record, format);
  }
  return out;
}

TEST(AccessLine, TextIsOneLineOfWords) {
  EXPECT_EQ(line(sample(), AccessLog::Format::text),
            "2026-11-23T07:15:43.123Z 127.0.0.1 api.example.com \"GET /users/42?x=1\" 200 512 "
            "1.084ms user HIT -\n");
}

TEST(AccessLine, JsonNamesEveryMember) {
  EXPECT_EQ(
      line(sample(), AccessLog::Format::json),
      "{\"time\":\"2026-11-23T07:15:43.123Z\",\"peer\":\"127.0.0.1\",\"method\":\"GET\","
      "\"host\":\"api.example.com\",\"target\":\"/users/42?x=1\",\"status\":200,\"bytes\":512,"
      "\"duration_us\":1084,\"route\":\"user\",\"cache\":\"HIT\",\"detail\":\"\"}\n");
}

TEST(AccessLine, EmptyWordsAreDashes) {
  TransactionRecord record;
  EXPECT_EQ(line(record, AccessLog::Format::text),
            "1970-01-01T00:00:00.000Z - - \"- -\" 0 0 0.000ms - - -\n");
}

struct HostileTarget {
  std::string_view target;
  std::string_view text;
  std::string_view json;
};

TEST(AccessLine, NothingThatAClientSendsBreaksTheLine) {
  const HostileTarget cases[] = {
      {"/a\"b", "/a\\x22b", "/a\\\"b"},
      {"/a\\b", "/a\\x5cb", "/a\\\\b"},
      {"/a\nb", "/a\\x0ab", "/a\\nb"},
      {"/\x1b[2J", "/\\x1b[2J", "/\\u001b[2J"},
      {"/caf\xe9", "/caf\\xe9", "/caf\xEF\xBF\xBD"},
      {"/caf\xc3\xa9", "/caf\\xc3\\xa9", "/caf\xc3\xa9"},
      {"/\x7f", "/\\x7f", "/\\u007f"},
  };
  for (const HostileTarget& c : cases) {
    SCOPED_TRACE(c.text);
    TransactionRecord record = sample();
    record.target = c.target;
    const std::string text = line(record, AccessLog::Format::text);
    const std::string json = line(record, AccessLog::Format::json);
    EXPECT_NE(text.find("\"GET " + std::string(c.text) + "\" 200"), std::string::npos) << text;
    EXPECT_NE(json.find("\"target\":\"" + std::string(c.json) + "\","), std::string::npos) << json;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 1);
  }
}

TEST(AccessLine, EachLineHasItsOwnTime) {
  TransactionRecord record = sample();
  const auto time_of = [&](std::int64_t ms) {
    record.time = WallTime{Duration{ms}};
    return line(record, AccessLog::Format::text).substr(0, 24);
  };
  EXPECT_EQ(time_of(1795418143123), "2026-11-23T07:15:43.123Z");
  EXPECT_EQ(time_of(1795418143999), "2026-11-23T07:15:43.999Z");
  EXPECT_EQ(time_of(1795418144007), "2026-11-23T07:15:44.007Z");
  EXPECT_EQ(time_of(1795418143123), "2026-11-23T07:15:43.123Z");
}

TEST(AccessLine, BlanksInBareWordsDoNotShiftTheColumns) {
  TransactionRecord record = sample();
  record.route = "my route";
  EXPECT_NE(line(record, AccessLog::Format::text).find(" my_route HIT -\n"), std::string::npos);
}

}  // namespace
}  // namespace hawkcache::observe
