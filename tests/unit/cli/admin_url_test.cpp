#include "cli/http_client.hpp"

#include <gtest/gtest.h>

namespace hawkcache::cli {
namespace {

struct UrlCase {
  std::string_view url;
  std::string_view host;
  std::string_view port;
  std::string_view authority;
};

TEST(AdminUrl, HasHostAndPort) {
  const UrlCase cases[] = {
      {"http://127.0.0.1:9080", "127.0.0.1", "9080", "127.0.0.1:9080"},
      {"HTTP://localhost:9080/", "localhost", "9080", "localhost:9080"},
      {"http://[::1]:9080", "::1", "9080", "[::1]:9080"},
      {"http://[::1]", "::1", "80", "[::1]"},
      {"http://cache.example", "cache.example", "80", "cache.example"},
  };
  for (const UrlCase& c : cases) {
    SCOPED_TRACE(c.url);
    const auto parsed = parse_admin_url(c.url);
    ASSERT_TRUE(std::holds_alternative<AdminUrl>(parsed)) << std::get<std::string>(parsed);
    const auto& url = std::get<AdminUrl>(parsed);
    EXPECT_EQ(url.host, c.host);
    EXPECT_EQ(url.port, c.port);
    EXPECT_EQ(url.authority, c.authority);
  }
}

TEST(AdminUrl, RefusesWhatTheAdminListenerDoesNotSpeak) {
  for (const std::string_view url : {"",
                                     "127.0.0.1:9080",
                                     "https://127.0.0.1:9080",
                                     "http://",
                                     "http://h/v1/purge",
                                     "http://u@h:1",
                                     "http://h:x",
                                     "http://h?x"}) {
    SCOPED_TRACE(url);
    const auto parsed = parse_admin_url(url);
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed));
    EXPECT_NE(std::get<std::string>(parsed).find("http://HOST:PORT"), std::string::npos);
  }
}

}  // namespace
}  // namespace hawkcache::cli
