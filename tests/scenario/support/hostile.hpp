// Tables of raw requests, right and wrong, and what must become of them.
#pragma once

#include "scenario/support/scenario.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace hawkcache::scenario {

enum class Then { closed, kept, either };
enum class Reached { nothing, whole, either };

struct RawRequest {
  std::string name;
  std::string raw;
  std::vector<int> statuses;  // any of these; 0: closed without an answer
  Then then = Then::closed;
  Reached origin = Reached::nothing;
};

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

class HostileRequests : public Scenario {
 protected:
  void SetUp() override { start(Daemon{.routes = "- path: /cached/{rest:path}", .threads = 1}); }

  void check(const std::vector<RawRequest>& table) {
    for (const RawRequest& row : table) {
      SCOPED_TRACE(row.name);
      check(row);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  void check(const RawRequest& row) {
    const std::size_t before = whole_requests();
    Client one = client();
    one.send(row.raw);
    const Response response = one.read(row.raw.substr(0, row.raw.find(' ')));
    EXPECT_THAT(row.statuses, ::testing::Contains(response.status)) << response;
    const std::size_t reached = whole_requests() - before;
    if (row.origin == Reached::nothing) {
      EXPECT_EQ(reached, 0U) << origin.requests().back().raw_head;
    }
    if (row.origin == Reached::whole) {
      EXPECT_EQ(reached, 1U);
    }
    for (const OriginRequest& request : origin.requests()) {
      EXPECT_EQ(request.target.find("smuggled"), std::string::npos) << request.raw_head;
      expect_rebuilt(request);
    }
    if (row.then == Then::closed) {
      EXPECT_TRUE(one.is_closed_by_peer())
          << "the connection is still open, or more came: " << one.wire().buffer();
    }
    if (row.then == Then::kept) {
      EXPECT_EQ(one.get("/after").status, 200) << "on the same connection";
    }
    EXPECT_EQ(get("/after").status, 200) << "on another connection";
  }

  // Rule 3: whatever is forwarded has one plain framing, one Host and our own version.
  static void expect_rebuilt(const OriginRequest& request) {
    const Fields& fields = request.fields;
    EXPECT_EQ(request.version, "HTTP/1.1") << request.raw_head;
    EXPECT_EQ(fields.count_of("host"), 1U) << request.raw_head;
    EXPECT_LE(fields.count_of("content-length") + fields.count_of("transfer-encoding"), 1U)
        << request.raw_head;
    if (fields.has("transfer-encoding")) {
      EXPECT_EQ(fields.value("transfer-encoding"), "chunked");
    }
    const std::string length = fields.value("content-length");
    EXPECT_EQ(length.find_first_not_of("0123456789"), std::string::npos) << length;
    EXPECT_EQ(fields.count_of(""), 0U) << request.raw_head;
    for (const auto& [name, value] : fields) {
      EXPECT_EQ(name.find_first_of(" \t\"(),/:;<=>?@[]{}\\"), std::string::npos)
          << request.raw_head;
      EXPECT_EQ(value.find_first_of(std::string("\r\n\0", 3)), std::string::npos)
          << request.raw_head;
    }
  }

  std::size_t whole_requests() const {
    const auto all = origin.requests();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const OriginRequest& request) {
          return request.whole && request.target != "/after";
        }));
  }
};

}  // namespace hawkcache::scenario
