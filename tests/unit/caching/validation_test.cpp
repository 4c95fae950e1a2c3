#include "caching/validation.hpp"

#include "support.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Validators of(const Fields& fields) { return parse_validators(fields, kNow); }

TEST(Validators, AreTakenWhereValid) {
  const Validators both = of({{"ETag", "W/\"a\""}, {"Last-Modified", date(-hours(1))}});
  EXPECT_EQ(both.entity_tag, "W/\"a\"");
  EXPECT_EQ(both.last_modified, date(-hours(1)));
  EXPECT_EQ(both.last_modified_time, kNow - hours(1));
  EXPECT_EQ(both.date, kNow);
  EXPECT_TRUE(has_validator(both));
  EXPECT_FALSE(has_validator(of({{"ETag", "a"}, {"Last-Modified", "yesterday"}})));
  EXPECT_FALSE(has_validator(of({{"Date", date(-hours(1))}})));
  EXPECT_EQ(of({{"Date", date(-hours(1))}}).date, kNow - hours(1));
}

struct PreconditionCase {
  const char* name;
  Fields request;
  Fields response;
  bool not_modified;
};

TEST(Preconditions, CompareWithTheStoredValidators) {
  const PreconditionCase cases[] = {
      {"none", {}, {{"ETag", "\"a\""}}, false},
      {"same tag", {{"If-None-Match", "\"a\""}}, {{"ETag", "\"a\""}}, true},
      {"other tag", {{"If-None-Match", "\"b\""}}, {{"ETag", "\"a\""}}, false},
      {"weak comparison", {{"If-None-Match", "W/\"a\""}}, {{"ETag", "\"a\""}}, true},
      {"in a list", {{"If-None-Match", "\"x\", \"a\", \"y\""}}, {{"ETag", "\"a\""}}, true},
      {"several lines",
       {{"If-None-Match", "\"x\""}, {"If-None-Match", "\"a\""}},
       {{"ETag", "\"a\""}},
       true},
      {"star", {{"If-None-Match", "*"}}, {}, true},
      {"no stored tag", {{"If-None-Match", "\"a\""}}, {}, false},
      {"invalid tags never match", {{"If-None-Match", "a"}}, {{"ETag", "a"}}, false},
      {"If-None-Match goes first",
       {{"If-None-Match", "\"a\""}, {"If-Modified-Since", date(-hours(9))}},
       {{"ETag", "\"a\""}, {"Last-Modified", date(-hours(5))}},
       true},
      {"If-None-Match goes first, the other way",
       {{"If-None-Match", "\"b\""}, {"If-Modified-Since", date(hours(0))}},
       {{"ETag", "\"a\""}, {"Last-Modified", date(-hours(5))}},
       false},
      {"same date",
       {{"If-Modified-Since", date(-hours(5))}},
       {{"Last-Modified", date(-hours(5))}},
       true},
      {"later date",
       {{"If-Modified-Since", date(-hours(4))}},
       {{"Last-Modified", date(-hours(5))}},
       true},
      {"earlier date",
       {{"If-Modified-Since", date(-hours(6))}},
       {{"Last-Modified", date(-hours(5))}},
       false},
      {"invalid date", {{"If-Modified-Since", "foo"}}, {{"Last-Modified", date(-hours(5))}}, false},
      {"two dates",
       {{"If-Modified-Since", date(-hours(4))}, {"If-Modified-Since", date(-hours(4))}},
       {{"Last-Modified", date(-hours(5))}},
       false},
      {"Date stands in",
       {{"If-Modified-Since", date(-hours(4))}},
       {{"Date", date(-hours(4))}},
       true},
      {"Date stands in, newer", {{"If-Modified-Since", date(-hours(4))}}, {}, false},
      {"not for caches",
       {{"If-Match", "\"b\""}, {"If-Unmodified-Since", date(-hours(9))}},
       {{"ETag", "\"a\""}},
       false},
  };
  for (const PreconditionCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(evaluate_precondition(c.request, 200, of(c.response), kNow),
              c.not_modified ? Precondition::not_modified : Precondition::send);
  }
}

TEST(Preconditions, LeaveOtherThanSuccessAlone) {
  const Fields request{{"If-None-Match", "*"}};
  for (const int status : {200, 203, 204}) {
    EXPECT_EQ(evaluate_precondition(request, status, {}, kNow), Precondition::not_modified);
  }
  for (const int status : {301, 404, 410, 500}) {
    EXPECT_EQ(evaluate_precondition(request, status, {}, kNow), Precondition::send);
  }
}

TEST(IfRangeField, NeedsAStrongMatch) {
  struct Case {
    const char* name;
    Fields request;
    Fields response;
    bool honour;
  };
  const std::string modified = date(-hours(1));
  const Case cases[] = {
      {"absent", {}, {}, true},
      {"same tag", {{"If-Range", "\"a\""}}, {{"ETag", "\"a\""}}, true},
      {"other tag", {{"If-Range", "\"b\""}}, {{"ETag", "\"a\""}}, false},
      {"weak", {{"If-Range", "W/\"a\""}}, {{"ETag", "W/\"a\""}}, false},
      {"no tag stored", {{"If-Range", "\"a\""}}, {}, false},
      {"same date", {{"If-Range", modified}}, {{"Last-Modified", modified}}, true},
      {"later date", {{"If-Range", date(hours(0))}}, {{"Last-Modified", modified}}, false},
      {"weak date",
       {{"If-Range", modified}},
       {{"Last-Modified", modified}, {"Date", modified}},
       false},
      {"garbage", {{"If-Range", "a"}}, {{"ETag", "\"a\""}}, false},
      {"repeated", {{"If-Range", "\"a\""}, {"If-Range", "\"a\""}}, {{"ETag", "\"a\""}}, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(evaluate_if_range(c.request, of(c.response)),
              c.honour ? IfRange::honour_range : IfRange::ignore_range);
  }
}

TEST(ConditionalRequest, CarriesWhatThereIs) {
  EXPECT_THAT(conditional_fields({}), IsEmpty());
  const std::string modified = date(-hours(1));
  const auto fields = conditional_fields(of({{"ETag", "W/\"a\""}, {"Last-Modified", modified}}));
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].name, "If-None-Match");
  EXPECT_EQ(fields[0].value, "W/\"a\"");
  EXPECT_EQ(fields[1].name, "If-Modified-Since");
  EXPECT_EQ(fields[1].value, modified);
}

TEST(NotModified, SpeaksOfTheStoredResponseWhereValidatorsAgree) {
  struct Case {
    const char* name;
    Fields stored;
    Fields answer;
    bool expected;
  };
  const std::string modified = date(-hours(1));
  const Case cases[] = {
      {"same strong tag", {{"ETag", "\"a\""}}, {{"ETag", "\"a\""}}, true},
      {"other strong tag", {{"ETag", "\"a\""}}, {{"ETag", "\"b\""}}, false},
      {"strong for weak", {{"ETag", "W/\"a\""}}, {{"ETag", "\"a\""}}, false},
      {"weak for strong", {{"ETag", "\"a\""}}, {{"ETag", "W/\"a\""}}, true},
      {"same weak tag", {{"ETag", "W/\"a\""}}, {{"ETag", "W/\"a\""}}, true},
      {"other weak tag", {{"ETag", "W/\"a\""}}, {{"ETag", "W/\"b\""}}, false},
      {"tag out of nowhere", {{"Last-Modified", modified}}, {{"ETag", "\"a\""}}, false},
      {"weak tag, same date",
       {{"Last-Modified", modified}},
       {{"ETag", "W/\"a\""}, {"Last-Modified", modified}},
       true},
      {"weak tag out of nowhere", {{"Last-Modified", modified}}, {{"ETag", "W/\"a\""}}, false},
      {"same date", {{"Last-Modified", modified}}, {{"Last-Modified", modified}}, true},
      {"other date", {{"Last-Modified", modified}}, {{"Last-Modified", date(hours(0))}}, false},
      {"strong tag decides",
       {{"ETag", "\"a\""}, {"Last-Modified", modified}},
       {{"ETag", "\"a\""}, {"Last-Modified", date(hours(0))}},
       true},
      {"nothing said", {{"ETag", "\"a\""}}, {}, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(freshens(of(c.stored), of(c.answer)), c.expected);
  }
}

TEST(HeadResponse, FreshensWhereAllThatItSaysAgrees) {
  struct Case {
    const char* name;
    Fields stored;  // of a body of four bytes
    Fields answer;
    HeadVerdict expected;
  };
  const std::string modified = date(-hours(1));
  const std::string later = date(hours(0));
  const auto freshens = HeadVerdict::freshens;
  const auto outdated = HeadVerdict::outdated;
  const Case cases[] = {
      {"nothing said", {{"ETag", "\"a\""}}, {}, outdated},
      {"same strong tag", {{"ETag", "\"a\""}}, {{"ETag", "\"a\""}}, freshens},
      {"other strong tag", {{"ETag", "\"a\""}}, {{"ETag", "\"b\""}}, outdated},
      {"strong for weak", {{"ETag", "W/\"a\""}}, {{"ETag", "\"a\""}}, outdated},
      {"weak for strong", {{"ETag", "\"a\""}}, {{"ETag", "W/\"a\""}}, freshens},
      {"same weak tag", {{"ETag", "W/\"a\""}}, {{"ETag", "W/\"a\""}}, freshens},
      {"other weak tag", {{"ETag", "W/\"a\""}}, {{"ETag", "W/\"b\""}}, outdated},
      {"tag out of nowhere", {{"Last-Modified", modified}}, {{"ETag", "\"a\""}}, outdated},
      {"same date", {{"Last-Modified", modified}}, {{"Last-Modified", modified}}, freshens},
      {"other date", {{"Last-Modified", modified}}, {{"Last-Modified", later}}, outdated},
      {"date out of nowhere", {{"ETag", "\"a\""}}, {{"Last-Modified", modified}}, outdated},
      {"same tag, other date",
       {{"ETag", "\"a\""}, {"Last-Modified", modified}},
       {{"ETag", "\"a\""}, {"Last-Modified", later}},
       outdated},
      {"same length alone", {}, {{"Content-Length", "4"}}, outdated},
      {"same tag, same length",
       {{"ETag", "\"a\""}},
       {{"ETag", "\"a\""}, {"Content-Length", "4"}},
       freshens},
      {"same tag, no length",
       {{"ETag", "\"a\""}},
       {{"ETag", "\"a\""}, {"Content-Length", "four"}},
       outdated},
      {"same tag, other length",
       {{"ETag", "\"a\""}},
       {{"ETag", "\"a\""}, {"Content-Length", "5"}},
       outdated},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(judge_head_response(of(c.stored), 4, c.answer, kNow), c.expected);
  }
}

std::vector<std::string> texts(const std::vector<http::Field>& fields) {
  std::vector<std::string> lines;
  for (const auto& field : fields) {
    lines.push_back(std::string(field.name).append(": ").append(field.value));
  }
  return lines;
}

TEST(NotModified, ReplacesTheFieldsItBrings) {
  const Fields stored{{"Cache-Control", "max-age=1"},
                      {"X-A", "1"},
                      {"X-A", "2"},
                      {"X-B", "1"},
                      {"ETag", "\"a\""},
                      {"Content-Length", "36"}};
  const Fields answer{{"cache-control", "max-age=3600"}, {"x-a", "3"}, {"X-C", "1"}};
  EXPECT_THAT(texts(freshened_fields(stored, answer)),
              ElementsAre("X-B: 1",
                          "ETag: \"a\"",
                          "Content-Length: 36",
                          "cache-control: max-age=3600",
                          "x-a: 3",
                          "X-C: 1"));
}

TEST(NotModified, LeavesFieldsThatTheBodyDependsOn) {
  const Fields stored{{"Content-Type", "text/plain"}, {"Content-Length", "36"}};
  const Fields answer{{"Content-Type", "a/b"},
                      {"Content-Length", "10"},
                      {"Content-Encoding", "gzip"},
                      {"Content-Range", "bytes 0-1/2"},
                      {"Connection", "x-hop, etag"},
                      {"X-Hop", "1"},
                      {"Keep-Alive", "1"},
                      {"Transfer-Encoding", "chunked"},
                      {"ETag", "\"a\""},
                      {"Content-Foo", "new"}};
  EXPECT_THAT(
      texts(freshened_fields(stored, answer)),
      ElementsAre("Content-Length: 36", "Content-Type: a/b", "ETag: \"a\"", "Content-Foo: new"));
}

TEST(NotModified, ForgetsTheOldAgeAndDate) {
  const Fields stored{{"Age", "500"}, {"Date", date(-hours(1))}, {"X-B", "1"}};
  EXPECT_THAT(texts(freshened_fields(stored, Fields{})), ElementsAre("X-B: 1"));
  EXPECT_THAT(texts(freshened_fields(stored, Fields{{"Date", date(hours(0))}, {"Age", "3"}})),
              ElementsAre("X-B: 1", "Date: " + date(hours(0)), "Age: 3"));
}

}  // namespace
}  // namespace hawkcache::caching
