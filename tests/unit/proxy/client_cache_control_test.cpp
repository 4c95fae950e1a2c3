#include "proxy/client_cache_control.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

struct TextRow {
  const char* text;
  bool shared;
};

TEST(ClientCacheControlText, IsReadAsCachesReadIt) {
  const std::vector<TextRow> table{
      {"public", true},
      {"max-age=60", true},
      {"immutable", true},
      {"max-age=0600", true},
      {"max-age=00", false},
      {"Max-Age=0", false},
      {"max-age=\"0\"", false},
      {"max-age=0, must-revalidate", false},
      {"max-age=0, s-maxage=60", true},
      {"max-age=60, s-maxage=0", false},
      {"s-maxage=0", false},
      {"max-age=0, stale-while-revalidate=60", true},
      {"max-age=0, stale-if-error=60", true},
      {"max-age=0, stale-while-revalidate=0", false},
      {"no-store", false},
      {"must-understand, no-store, max-age=60", true},
      {"No-Store", false},
      {"no-cache", false},
      {"private", false},
      {"PRIVATE, max-age=60", false},
      {"private=\"x-user\", max-age=60", true},
      {"no-cache=\"x-user\", max-age=60", true},
      {"max-age=60, note=\"private, no-store\"", true},
      {"max-age=60, x-private", true},
      {"max-age=60, x-max-age=0", true},
  };
  for (const TextRow& row : table) EXPECT_EQ(lets_others_have_it(row.text), row.shared) << row.text;
}

}  // namespace
}  // namespace hawkcache::proxy
