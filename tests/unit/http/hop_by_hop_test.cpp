#include "http/hop_by_hop.hpp"

#include "unit/http/heads.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

// The names of the fields that are left of a message.
std::string left(Lines lines) {
  const std::vector<Field> fields = make_fields(lines);
  const NominatedFields nominated{FieldsView(fields)};
  std::string names;
  for (const Field& field : fields) {
    if (!nominated.removes(field)) names.append(field.name).append(" ");
  }
  return names;
}

TEST(HopByHop, StandardFieldsGoWithoutBeingNamed) {
  EXPECT_EQ(left({{"Connection", "close"},
                  {"keep-alive", "timeout=5"},
                  {"Proxy-Connection", "keep-alive"},
                  {"Proxy-Authenticate", "Basic"},
                  {"Proxy-Authorization", "Basic eA=="},
                  {"Proxy-Authentication-Info", "x"},
                  {"TE", "trailers"},
                  {"Trailer", "Expires"},
                  {"Transfer-Encoding", "chunked"},
                  {"Upgrade", "h2c"},
                  {"HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"},
                  {"Host", "a"},
                  {"X-Tenant", "1"}}),
            "Host X-Tenant ");
}

TEST(HopByHop, ConnectionMostlyNominatesNothing) {
  const auto nothing = [](Lines lines) { return nominates_nothing(make_fields(lines)); };
  EXPECT_TRUE(nothing({{"Host", "a"}}));
  EXPECT_TRUE(nothing({{"Connection", "keep-alive"}, {"Connection", "Keep-Alive"}}));
  EXPECT_FALSE(nothing({{"Connection", "close"}}));  // there may be a field Close
  EXPECT_FALSE(nothing({{"Connection", "keep-alive"}, {"Connection", "x-a"}}));
  EXPECT_FALSE(nothing({{"Connection", "keep-alive, x-a"}}));
}

TEST(HopByHop, NominatedUnknownFieldsGo) {
  EXPECT_EQ(left({{"Connection", "X-Hop, ,x-other"},
                  {"x-HOP", "1"},
                  {"X-Other", "2"},
                  {"X-Hops", "3"},
                  {"X-Ho", "4"}}),
            "X-Hops X-Ho ");
}

TEST(HopByHop, NominationsCountOverAllConnectionLines) {
  EXPECT_EQ(left({{"connection", "keep-alive"},
                  {"X-A", "1"},
                  {"CONNECTION", "close\t, X-A"},
                  {"x-b", "2"}}),
            "x-b ");
}

TEST(HopByHop, NamingAFieldThatCarriesMeaningDoesNotStripIt) {
  for (const std::string_view name : {"Host",
                                      "Content-Length",
                                      "Content-Type",
                                      "Content-Encoding",
                                      "Content-Range",
                                      "Authorization",
                                      "Cookie",
                                      "Set-Cookie",
                                      "Cache-Control",
                                      "CDN-Cache-Control",
                                      "Vary",
                                      "Date",
                                      "Age",
                                      "Expires",
                                      "ETag",
                                      "Last-Modified",
                                      "Location",
                                      "Range",
                                      "If-None-Match",
                                      "If-Modified-Since",
                                      "If-Match",
                                      "If-Range",
                                      "If-Unmodified-Since",
                                      "Via",
                                      "X-Forwarded-For",
                                      "X-Forwarded-Host",
                                      "X-Forwarded-Proto",
                                      "Surrogate-Key",
                                      "Cache-Tag",
                                      "Cache-Groups",
                                      "Origin",
                                      "X-Request-Id",
                                      "Expect",
                                      "Max-Forwards",
                                      "Pragma",
                                      "Accept-Ranges",
                                      "Allow",
                                      "CDN-Loop",
                                      "Cache-Group-Invalidation",
                                      "Cache-Invalidate-Tags",
                                      "Cache-Status",
                                      "Content-Language",
                                      "Content-Location",
                                      "Fastly-Soft-Purge",
                                      "Surrogate-Control",
                                      "X-Cache"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(left({{"Connection", name}, {name, "1"}}), std::string(name) + " ");
  }
}

TEST(HopByHop, KnownFieldsWhoseLossHarmsNobodyGoWhereTheyAreNamed) {
  for (const std::string_view name : {"Accept",
                                      "Accept-Encoding",
                                      "Accept-Language",
                                      "Forwarded",
                                      "Retry-After",
                                      "Server",
                                      "User-Agent",
                                      "Warning"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(left({{"Connection", name}, {name, "1"}}), "");
    EXPECT_EQ(left({{"Connection", "x"}, {name, "1"}}), std::string(name) + " ");
  }
}

TEST(HopByHop, AnOptionThatIsAlsoAFieldNamesThatField) {
  EXPECT_EQ(left({{"Connection", "close"}, {"Close", "1"}}), "");
}

TEST(HopByHop, AQuotationMarkHidesNoOption) {
  EXPECT_EQ(left({{"Connection", "\"q, X-Hop, close"}, {"X-Hop", "1"}, {"X-Other", "2"}}),
            "X-Other ");
}

TEST(HopByHop, ManyNominationsAreSortedNotSearchedOneByOne) {
  std::string names;
  for (int i = 0; i < 20000; ++i) names.append("x").append(std::to_string(i)).append(",");
  std::vector<Field> fields{{.id = FieldName::connection, .name = "Connection", .value = names}};
  std::vector<std::string> texts;
  for (int i = 0; i < 20000; ++i) texts.push_back(std::string("X").append(std::to_string(i * 2)));
  for (const std::string& text : texts)
    fields.push_back({.id = FieldName::unknown, .name = text, .value = "1"});
  const NominatedFields nominated{FieldsView(fields)};
  std::size_t removed = 0;
  for (const Field& field : fields) removed += nominated.removes(field) ? 1U : 0U;
  EXPECT_EQ(removed, 10001U);  // those below 20,000, and Connection
}

}  // namespace
}  // namespace hawkcache::http
