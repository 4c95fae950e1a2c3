#include "proxy/path_value.hpp"

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using Kind = PathPatternSegment::Kind;

struct AcceptCase {
  Kind kind;
  std::string_view segment;
  bool accepted;
};

class AcceptsSegment : public testing::TestWithParam<AcceptCase> {};

TEST_P(AcceptsSegment, AsTheConverterSays) {
  const AcceptCase& given = GetParam();
  EXPECT_EQ(accepts(given.kind, given.segment), given.accepted) << given.segment;
}

INSTANTIATE_TEST_SUITE_P(Strings,
                         AcceptsSegment,
                         testing::Values(AcceptCase{Kind::str, "x", true},
                                         AcceptCase{Kind::str, " ", true},
                                         AcceptCase{Kind::str, "", false}));
INSTANTIATE_TEST_SUITE_P(Ints,
                         AcceptsSegment,
                         testing::Values(AcceptCase{Kind::int_, "0", true},
                                         AcceptCase{Kind::int_, "007", true},
                                         AcceptCase{Kind::int_, "-7", true},
                                         AcceptCase{
                                             Kind::int_, "98765432109876543210987654321", true},
                                         AcceptCase{Kind::int_, "", false},
                                         AcceptCase{Kind::int_, "-", false},
                                         AcceptCase{Kind::int_, "--7", false},
                                         AcceptCase{Kind::int_, "7a", false},
                                         AcceptCase{Kind::int_, "7.0", false},
                                         AcceptCase{Kind::int_, " 7", false}));
INSTANTIATE_TEST_SUITE_P(Floats,
                         AcceptsSegment,
                         testing::Values(AcceptCase{Kind::float_, "1.5", true},
                                         AcceptCase{Kind::float_, "-1.5", true},
                                         AcceptCase{Kind::float_, "2", true},
                                         AcceptCase{Kind::float_, ".5", true},
                                         AcceptCase{Kind::float_, "5.", true},
                                         AcceptCase{Kind::float_, "1e3", true},
                                         AcceptCase{Kind::float_, "", false},
                                         AcceptCase{Kind::float_, ".", false},
                                         AcceptCase{Kind::float_, "-", false},
                                         AcceptCase{Kind::float_, "1.2.3", false},
                                         AcceptCase{Kind::float_, "inf", false},
                                         AcceptCase{Kind::float_, "-nan", false},
                                         AcceptCase{Kind::float_, "1e999", false},
                                         AcceptCase{Kind::float_, "0x1p3", false}));
INSTANTIATE_TEST_SUITE_P(
    Uuids,
    AcceptsSegment,
    testing::Values(AcceptCase{Kind::uuid, "123e4567-e89b-12d3-a456-426614174000", true},
                    AcceptCase{Kind::uuid, "123E4567-E89B-12D3-A456-426614174000", true},
                    AcceptCase{Kind::uuid, "123e4567e89b12d3a456426614174000", false},
                    AcceptCase{Kind::uuid, "123e4567-e89b-12d3-a456-42661417400", false},
                    AcceptCase{Kind::uuid, "123e4567-e89b-12d3-a456-4266141740000", false},
                    AcceptCase{Kind::uuid, "g23e4567-e89b-12d3-a456-426614174000", false},
                    AcceptCase{Kind::uuid, "123e4567--89b-12d3-a456-426614174000", false}));
INSTANTIATE_TEST_SUITE_P(Slugs,
                         AcceptsSegment,
                         testing::Values(AcceptCase{Kind::slug, "a-long_Title-2", true},
                                         AcceptCase{Kind::slug, "", false},
                                         AcceptCase{Kind::slug, "a.b", false},
                                         AcceptCase{Kind::slug, "a b", false},
                                         AcceptCase{Kind::slug, "\xC3\xA4", false}));

struct ConvertCase {
  Kind kind;
  std::string_view segment;
  std::string_view value;
};

class ConvertsSegment : public testing::TestWithParam<ConvertCase> {};

TEST_P(ConvertsSegment, AsHawkApiDoes) {
  const ConvertCase& given = GetParam();
  ASSERT_TRUE(accepts(given.kind, given.segment));
  std::string scratch = "before";
  scratch.reserve(scratch.size() + max_converted(given.segment));
  const char* const data = scratch.data();
  EXPECT_EQ(convert(given.kind, given.segment, scratch), given.value);
  EXPECT_EQ(scratch.data(), data) << "reallocated: earlier values would dangle";
}

INSTANTIATE_TEST_SUITE_P(Ints,
                         ConvertsSegment,
                         testing::Values(ConvertCase{Kind::int_, "7", "7"},
                                         ConvertCase{Kind::int_, "007", "7"},
                                         ConvertCase{Kind::int_, "-007", "-7"},
                                         ConvertCase{Kind::int_, "-7", "-7"},
                                         ConvertCase{Kind::int_, "000", "0"},
                                         ConvertCase{Kind::int_, "-0", "0"},
                                         ConvertCase{Kind::int_,
                                                     "00098765432109876543210987654321",
                                                     "98765432109876543210987654321"}));
INSTANTIATE_TEST_SUITE_P(Floats,
                         ConvertsSegment,
                         testing::Values(ConvertCase{Kind::float_, "1.50", "1.5"},
                                         ConvertCase{Kind::float_, "2", "2.0"},
                                         ConvertCase{Kind::float_, "-0.10", "-0.1"},
                                         ConvertCase{Kind::float_, "0", "0.0"},
                                         ConvertCase{Kind::float_, "1e3", "1000.0"},
                                         ConvertCase{Kind::float_, "0.0001", "0.0001"},
                                         ConvertCase{Kind::float_, "0.00001", "1e-05"},
                                         ConvertCase{Kind::float_, "1e16", "1e+16"},
                                         ConvertCase{Kind::float_, "1e15", "1000000000000000.0"},
                                         ConvertCase{Kind::float_,
                                                     "-1.7976931348623157e308",
                                                     "-1.7976931348623157e+308"}));
INSTANTIATE_TEST_SUITE_P(Others,
                         ConvertsSegment,
                         testing::Values(ConvertCase{Kind::uuid,
                                                     "123E4567-E89B-12D3-A456-426614174000",
                                                     "123e4567-e89b-12d3-a456-426614174000"},
                                         ConvertCase{Kind::str, "007", "007"},
                                         ConvertCase{Kind::slug, "Title", "Title"}));

}  // namespace
}  // namespace hawkcache::proxy
