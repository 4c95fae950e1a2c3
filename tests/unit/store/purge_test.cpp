#include "store/purge.hpp"

#include "store/scope_hash.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

TEST(Purge, authorities_are_compared_in_lower_case_and_without_the_default_port) {
  struct Row {
    const char* spelled;
    const char* normalized;
  };
  const Row rows[] = {
      {"api.example.com", "api.example.com"},
      {"API.Example.com:80", "api.example.com"},
      {"api.example.com:443", "api.example.com"},
      {"api.example.com:", "api.example.com"},
      {"api.example.com:8080", "api.example.com:8080"},
      {"api.example.com:8443", "api.example.com:8443"},
      {"[::1]", "[::1]"},
      {"[::80]", "[::80]"},
      {"[::1]:80", "[::1]"},
      {"", ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.spelled);
    EXPECT_EQ(normalized_authority(row.spelled), row.normalized);
    EXPECT_EQ(authority_hash(row.spelled), authority_hash(row.normalized));
  }
  EXPECT_NE(authority_hash("a"), authority_hash("b"));
  EXPECT_NE(authority_hash(":80"), authority_hash("")) << "an odd host is not every host";
}

TEST(Purge, a_request_without_anything_in_it_names_nothing) {
  PurgeRequest request;
  EXPECT_TRUE(request.names_nothing());
  request.kind = PurgeKind::soft;
  EXPECT_TRUE(request.names_nothing());
  request.prefixes = {{"", "/"}};
  EXPECT_FALSE(request.names_nothing());
}

TEST(Purge, of_what_is_named_several_times_the_first_stays) {
  PurgeRequest request;
  request.tags = {"b", "a", "b", "b", "c", "a"};
  request.urls = {{"", "/a"}, {"x", "/a"}, {"", "/a"}, {"x", "/b"}, {"x", "/a"}};
  request.prefixes = {{"x", ""}, {"x", ""}};
  drop_repeats(request);
  EXPECT_EQ(request.tags, (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(request.urls, (std::vector<UrlScope>{{"", "/a"}, {"x", "/a"}, {"x", "/b"}}));
  EXPECT_EQ(request.prefixes, (std::vector<UrlScope>{{"x", ""}}));
}

TEST(Purge, many_names_that_differ_all_stay) {
  PurgeRequest request;
  for (int i = 0; i < 20'000; ++i) request.tags.push_back(std::to_string(i / 2));
  drop_repeats(request);
  ASSERT_EQ(request.tags.size(), 10'000u);
  EXPECT_EQ(request.tags.front(), "0");
  EXPECT_EQ(request.tags.back(), "9999");
}

}  // namespace
}  // namespace hawkcache::store
