#include "admin/dashboard.hpp"

#include "base/sha256.hpp"

#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

TEST(Dashboard, ThePolicyLetsItsOwnScriptAndStyleRunAndNothingElse) {
  const AdminReply reply = dashboard_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(reply.body, dashboard_page());
  EXPECT_EQ(reply.extra_fields,
            "Content-Security-Policy: default-src 'none'; script-src 'sha256-" +
                sha256_base64(between(reply.body, "<script>", "</script>")) +
                "'; style-src 'sha256-" +
                sha256_base64(between(reply.body, "<style>", "</style>")) +
                "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
                "'none'; require-trusted-types-for 'script'\r\nReferrer-Policy: no-referrer\r\n");
}

TEST(Dashboard, NothingInThePageNeedsMoreThanThePolicyAllows) {
  const std::string page(dashboard_page());
  EXPECT_TRUE(page.starts_with("<!doctype html>\n"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  EXPECT_EQ(occurrences(page, "<script"), 1U);
  EXPECT_EQ(occurrences(page, "<style"), 1U);
  EXPECT_EQ(occurrences(page, "aria-live") + occurrences(page, "role=\"status\""), 1U);
  for (const char* without :
       {"<link", "<base", "<form", "<iframe", "src=", "://", "\"//", "url(", "\r"})
    EXPECT_THAT(page, Not(HasSubstr(without)));
  // Handlers and styles in attributes would not run; markup made of text would not be let in.
  EXPECT_FALSE(std::regex_search(page, std::regex(R"(<[^>]* (on\w+|style)=)")));
  EXPECT_FALSE(std::regex_search(page, std::regex("innerHTML|outerHTML|insertAdjacent|eval\\(")));
  EXPECT_FALSE(std::regex_search(page, std::regex("<th(?! scope=\"(col|row)\")>")));
}

TEST(Dashboard, ListsWhatThereIs) {
  for (const char* endpoint : {"/healthz<",
                               "/readyz<",
                               "/metrics<",
                               "/v1/stats<",
                               "/v1/routes<",
                               "/v1/explain<",
                               "/v1/schema<",
                               "POST /v1/purge<",
                               "PURGE /path<",
                               "POST /v1/reload<"})
    EXPECT_THAT(std::string(dashboard_page()), HasSubstr(endpoint));
}

}  // namespace
}  // namespace hawkcache::admin
