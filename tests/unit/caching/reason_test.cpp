#include "caching/reason.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

TEST(Reasons, HaveOneStableTextEach) {
  std::set<std::string_view> texts;
  for (const ReasonText& reason : all_reasons()) {
    EXPECT_EQ(to_string(reason.reason), reason.text);
    EXPECT_FALSE(reason.explanation.empty());
    EXPECT_EQ(reason.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos)
        << reason.text << " is to be a metric label and a token";
    texts.insert(reason.text);
  }
  EXPECT_EQ(texts.size(), all_reasons().size());
  EXPECT_EQ(to_string(static_cast<Reason>(250)), "unknown");
}

// The rows between the marks in docs/caching.md are this table, in this order.
TEST(Reasons, StandInTheDocumentation) {
  std::ifstream file(HAWKCACHE_SOURCE_DIR "/docs/caching.md");
  ASSERT_TRUE(file);
  std::vector<std::string> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "<!-- reasons: end -->") inside = false;
    if (inside && line.starts_with("| `")) rows.push_back(line);
    if (line == "<!-- reasons: begin -->") inside = true;
  }
  std::vector<std::string> expected;
  for (const ReasonText& reason : all_reasons()) {
    std::ostringstream row;
    row << "| `" << reason.text << "` | " << reason.explanation << " |";
    expected.push_back(row.str());
  }
  EXPECT_EQ(rows, expected);
}

}  // namespace
}  // namespace hawkcache::caching
