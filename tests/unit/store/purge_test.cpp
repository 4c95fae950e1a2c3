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

}  // namespace
}  // namespace hawkcache::store
