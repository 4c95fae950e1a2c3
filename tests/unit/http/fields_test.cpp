#include "http/fields.hpp"

#include "unit/http/heads.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

class Fields : public testing::Test {
 protected:
  const std::vector<Field> list_ = make_fields({{"host", "a"},
                                                {"Cache-Control", "no-cache"},
                                                {"X-Tenant", "one"},
                                                {"CACHE-CONTROL", "max-age=1, \"no-store\""},
                                                {"x-tenant", "two"},
                                                {"Vary", ""}});
  const FieldsView fields_{list_};
};

TEST_F(Fields, AreFoundByIdAndByNameInAnyCase) {
  EXPECT_EQ(fields_.find(FieldName::host), list_.data());
  EXPECT_EQ(fields_.find("HOST"), list_.data());
  EXPECT_EQ(fields_.find("X-TENANT"), &list_[2]);
  EXPECT_EQ(fields_.find("X-Other"), nullptr);
  EXPECT_EQ(fields_.find(FieldName::age), nullptr);
  EXPECT_TRUE(fields_.contains(FieldName::vary));
  EXPECT_FALSE(fields_.contains(FieldName::age));
  EXPECT_EQ(fields_.size(), 6U);
}

TEST_F(Fields, TellAnEmptyValueFromNone) {
  EXPECT_EQ(fields_.value(FieldName::vary), "");
  EXPECT_EQ(fields_.value(FieldName::age), std::nullopt);
  EXPECT_EQ(fields_.combined(FieldName::vary), "");
  EXPECT_EQ(fields_.combined(FieldName::age), std::nullopt);
}

TEST_F(Fields, CombineTheirLinesInOrder) {
  EXPECT_EQ(fields_.count(FieldName::cache_control), 2U);
  EXPECT_EQ(fields_.value(FieldName::cache_control), "no-cache");
  EXPECT_EQ(fields_.combined(FieldName::cache_control), "no-cache, max-age=1, \"no-store\"");
  EXPECT_EQ(fields_.combined("x-TENANT"), "one, two");
  EXPECT_EQ(fields_.combined("x-none"), std::nullopt);
}

TEST_F(Fields, HaveAnOnlyValueWhereThereIsOneLine) {
  EXPECT_EQ(fields_.only_value(FieldName::vary), "");
  EXPECT_EQ(fields_.only_value(FieldName::cache_control), std::nullopt);
  EXPECT_EQ(fields_.only_value(FieldName::age), std::nullopt);
}

TEST_F(Fields, AreVisitedLineByLine) {
  std::string seen;
  fields_.for_each(FieldName::cache_control,
                   [&](std::string_view v) { seen.append(v).append("|"); });
  EXPECT_EQ(seen, "no-cache|max-age=1, \"no-store\"|");
}

TEST_F(Fields, ListMembersAreFoundOnAnyLineButNotInQuotes) {
  EXPECT_TRUE(any_list_contains(fields_, FieldName::cache_control, "NO-CACHE"));
  EXPECT_TRUE(any_list_contains(fields_, FieldName::cache_control, "max-age=1"));
  EXPECT_FALSE(any_list_contains(fields_, FieldName::cache_control, "no-store"));
  EXPECT_FALSE(any_list_contains(fields_, FieldName::vary, "no-cache"));
}

TEST(HasName, ComparesKnownNamesByIdAndOthersByText) {
  const Field host{.id = FieldName::host, .name = "hOsT", .value = "a"};
  const Field tenant{.id = FieldName::unknown, .name = "X-Tenant", .value = "a"};
  EXPECT_TRUE(has_name(host, FieldName::host, "host"));
  EXPECT_FALSE(has_name(host, FieldName::unknown, "x-tenant"));
  EXPECT_TRUE(has_name(tenant, FieldName::unknown, "x-tenant"));
  EXPECT_FALSE(has_name(tenant, FieldName::unknown, "x-tenants"));
  EXPECT_FALSE(has_name(tenant, FieldName::host, "host"));
}

TEST(FieldsView, WithoutFieldsHasNothing) {
  const FieldsView none;
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none.find("host"), nullptr);
  EXPECT_EQ(none.count(FieldName::host), 0U);
}

}  // namespace
}  // namespace hawkcache::http
