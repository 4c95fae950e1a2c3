#include "http/field_name.hpp"

#include "base/ascii.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

struct Known {
  FieldName id;
  std::string_view text;
};

constexpr Known kKnown[] = {
#define X(enumerator, text) {FieldName::enumerator, text},
    HAWKCACHE_FIELD_NAMES(X)
#undef X
};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return result;
}

TEST(FieldNameTable, FindsEveryNameInAnyLetterCase) {
  for (const Known& known : kKnown) {
    SCOPED_TRACE(known.text);
    EXPECT_EQ(parse_field_name(known.text), known.id);
    EXPECT_EQ(parse_field_name(ascii::to_lower(known.text)), known.id);
    EXPECT_EQ(parse_field_name(upper(known.text)), known.id);
    EXPECT_EQ(to_string(known.id), known.text);
  }
}

TEST(FieldNameTable, NearMissesAreUnknown) {
  for (const Known& known : kKnown) {
    SCOPED_TRACE(known.text);
    const std::string text(known.text);
    EXPECT_EQ(parse_field_name(text + "x"), FieldName::unknown);
    EXPECT_EQ(parse_field_name("x" + text), FieldName::unknown);
    EXPECT_EQ(parse_field_name(text + " "), FieldName::unknown);
    std::string changed = text;
    changed[changed.size() / 2] = '!';
    EXPECT_EQ(parse_field_name(changed), FieldName::unknown);
  }
}

TEST(FieldNameTable, EmptyShortLongAndForeignNamesAreUnknown) {
  for (const std::string_view text :
       {"", "T", "X", "Referer", "X-Tenant", "Proxy-Authentication-Information-And-More"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_field_name(text), FieldName::unknown);
  }
  EXPECT_EQ(to_string(FieldName::unknown), "");
}

// Folding case by setting a bit would take "_" for DEL, and "@" for "`".
TEST(FieldNameTable, FoldsLettersOnly) {
  EXPECT_EQ(parse_field_name("Cache\rControl"), FieldName::unknown);
  EXPECT_EQ(parse_field_name(std::string_view("\0ate", 4)), FieldName::unknown);
  EXPECT_EQ(parse_field_name("Cache_Control"), FieldName::unknown);
}

}  // namespace
}  // namespace hawkcache::http
