#include "caching/partial_content.hpp"

#include "caching/validation.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using http::ByteRange;
using Verdict = PartAnswer::Verdict;

CachePolicy policy(std::optional<Duration> ttl,
                   std::vector<std::pair<int, Duration>> statuses = {}) {
  CachePolicy made;
  made.ttl = ttl;
  made.statuses = std::move(statuses);
  return made;
}

TEST(RangeOnMiss, TheRangeIsAskedForWhereA206IsStoredLikeA200) {
  const auto decide = [](const CachePolicy& rule, http::Method method, const Fields& request) {
    return decide_range_on_miss(rule, method, request);
  };
  const Fields one{{"Range", "bytes=0-4"}};
  EXPECT_EQ(decide(policy({}), http::Method::get, one), RangeOnMiss::fetch_range);
  EXPECT_EQ(decide(policy({}), http::Method::get, {{"Range", "bytes=-5"}}),
            RangeOnMiss::fetch_range);
  EXPECT_EQ(decide(policy(minutes(1), {{206, minutes(1)}}), http::Method::get, one),
            RangeOnMiss::fetch_range);

  EXPECT_EQ(decide(policy(minutes(1)), http::Method::get, one), RangeOnMiss::fetch_whole);
  EXPECT_EQ(decide(policy({}, {{200, minutes(1)}}), http::Method::get, one),
            RangeOnMiss::fetch_whole);
  CachePolicy overriding = policy({});
  overriding.precedence = OriginPrecedence::rule_wins;
  EXPECT_EQ(decide(overriding, http::Method::get, one), RangeOnMiss::fetch_whole);

  EXPECT_EQ(decide(policy({}), http::Method::head, one), RangeOnMiss::fetch_whole);
  EXPECT_EQ(decide(policy({}), http::Method::query, one), RangeOnMiss::fetch_whole);
  EXPECT_EQ(decide(policy({}), http::Method::get, {}), RangeOnMiss::fetch_whole);
  EXPECT_EQ(decide(policy({}), http::Method::get, {{"Range", "bytes=0-1,3-4"}}),
            RangeOnMiss::fetch_whole);
  EXPECT_EQ(decide(policy({}), http::Method::get, {{"Range", "bytes=0-1"}, {"Range", "bytes=0-1"}}),
            RangeOnMiss::fetch_whole);
}

StoredMeta stored_part(std::uint64_t length, std::vector<ByteRange> parts) {
  StoredMeta meta;
  meta.validators.entity_tag = "\"v1\"";
  meta.partial = std::make_shared<const PartialContent>(PartialContent{length, std::move(parts)});
  return meta;
}

TEST(AnswerFromPart, OnlyARangeThatLiesWithinOnePart) {
  const StoredMeta meta = stored_part(100, {{10, 19}, {50, 99}});
  const auto answer = [&](const std::string& range) {
    return answer_from_part(
        *meta.partial, meta.validators, http::Method::get, Fields{{"Range", range}});
  };
  const PartAnswer within = answer("bytes=12-14");
  EXPECT_EQ(within.verdict, Verdict::range);
  EXPECT_EQ(within.range, (ByteRange{12, 14}));
  EXPECT_EQ(within.offset, 2U);
  const PartAnswer suffix = answer("bytes=-10");
  EXPECT_EQ(suffix.verdict, Verdict::range);
  EXPECT_EQ(suffix.range, (ByteRange{90, 99}));
  EXPECT_EQ(suffix.offset, 50U);
  EXPECT_EQ(answer("bytes=10-19").verdict, Verdict::range);
  EXPECT_EQ(answer("bytes=50-").verdict, Verdict::range);
  EXPECT_EQ(answer("bytes=12-13,14-15").verdict, Verdict::range) << "one, after merging";

  for (const char* other : {"bytes=9-12",
                            "bytes=15-20",
                            "bytes=15-55",
                            "bytes=0-",
                            "bytes=-51",
                            "bytes=12-13,15-16",
                            "bytes=x",
                            "items=12-13"}) {
    EXPECT_EQ(answer(other).verdict, Verdict::miss) << other;
  }
  EXPECT_EQ(answer("bytes=100-").verdict, Verdict::unsatisfiable);
}

TEST(AnswerFromPart, NothingElse) {
  const StoredMeta meta = stored_part(100, {{0, 49}});
  const Fields range{{"Range", "bytes=0-9"}};
  EXPECT_EQ(answer_from_part(*meta.partial, meta.validators, http::Method::head, range).verdict,
            Verdict::miss);
  EXPECT_EQ(answer_from_part(*meta.partial, meta.validators, http::Method::get, Fields{}).verdict,
            Verdict::miss);
  const auto under = [&](const std::string& if_range) {
    const Fields request{{"Range", "bytes=0-9"}, {"If-Range", if_range}};
    return answer_from_part(*meta.partial, meta.validators, http::Method::get, request).verdict;
  };
  EXPECT_EQ(under("\"v1\""), Verdict::range);
  EXPECT_EQ(under("\"v2\""), Verdict::miss);
}

TEST(ReceivedPart, IsWhatItSays) {
  const auto received = [](int status, const Fields& fields, std::optional<std::uint64_t> length) {
    return received_part(response(status, fields), length).has_value();
  };
  const Fields good{{"Content-Range", "bytes 0-4/10"}};
  EXPECT_TRUE(received(206, good, 5));
  EXPECT_TRUE(received(206, good, std::nullopt));
  EXPECT_FALSE(received(206, good, 4));
  EXPECT_FALSE(received(200, good, 5));
  EXPECT_FALSE(received(206, {}, 5));
  EXPECT_FALSE(received(206, {{"Content-Range", "bytes 0-4/*"}}, 5));
  EXPECT_FALSE(
      received(206, {{"Content-Range", "bytes 0-4/10"}, {"Content-Range", "bytes 0-4/10"}}, 5));
}

// The body of a union, of older bytes "a..." in lower case and newer ones in upper case.
std::string united(const std::vector<ByteRange>& older, ByteRange newer, std::string* parts) {
  const std::string lower = "abcdefghij";
  const std::string upper = "ABCDEFGHIJ";
  std::string older_body;
  for (const ByteRange& part : older) older_body += lower.substr(part.first, part.size());
  const std::string newer_body = upper.substr(newer.first, newer.size());
  const auto together = unite({10, older}, {10, {newer}});
  if (!together) return "none";
  std::string body;
  for (const Splice& splice : together->splices) {
    body += (splice.source == Splice::Source::older ? older_body : newer_body)
                .substr(splice.offset, splice.size);
  }
  parts->clear();
  for (const ByteRange& part : together->content.parts) {
    *parts += std::to_string(part.first) + "-" + std::to_string(part.last) + " ";
  }
  return body;
}

struct UniteRow {
  std::vector<ByteRange> older;
  ByteRange newer;
  std::string parts;
  std::string body;
};

TEST(Unite, TakesTheOlderBytesAndFillsInTheNewer) {
  const std::vector<UniteRow> table{
      {{{0, 2}}, {5, 6}, "0-2 5-6 ", "abcFG"},
      {{{5, 6}}, {0, 2}, "0-2 5-6 ", "ABCfg"},
      {{{0, 2}}, {3, 4}, "0-4 ", "abcDE"},
      {{{3, 4}}, {0, 2}, "0-4 ", "ABCde"},
      {{{0, 4}}, {2, 6}, "0-6 ", "abcdeFG"},
      {{{2, 6}}, {0, 4}, "0-6 ", "ABcdefg"},
      {{{2, 3}}, {0, 9}, "0-9 ", "ABcdEFGHIJ"},
      {{{0, 9}}, {2, 3}, "0-9 ", "abcdefghij"},
      {{{0, 1}, {4, 5}, {8, 9}}, {1, 8}, "0-9 ", "abCDefGHij"},
      {{{0, 1}, {8, 9}}, {4, 5}, "0-1 4-5 8-9 ", "abEFij"},
      {{{0, 1}, {4, 5}}, {2, 3}, "0-5 ", "abCDef"},
  };
  for (const UniteRow& row : table) {
    SCOPED_TRACE(row.body);
    std::string parts;
    EXPECT_EQ(united(row.older, row.newer, &parts), row.body);
    EXPECT_EQ(parts, row.parts);
  }
}

TEST(Unite, NeedsOneLengthAndNotTooManyParts) {
  EXPECT_FALSE(unite({10, {{0, 1}}}, {11, {{4, 5}}}));
  PartialContent many{10'000, {}};
  for (std::uint64_t i = 0; i < kMostParts; ++i) many.parts.push_back({2 * i, 2 * i});
  EXPECT_FALSE(unite(many, {10'000, {{5000, 5001}}}));
  EXPECT_TRUE(unite(many, {10'000, {{1, 1}}}));
}

TEST(OnlyGap, IsOneOrNone) {
  EXPECT_EQ(only_gap({10, {{0, 4}}}), (ByteRange{5, 9}));
  EXPECT_EQ(only_gap({10, {{5, 9}}}), (ByteRange{0, 4}));
  EXPECT_EQ(only_gap({10, {{0, 2}, {7, 9}}}), (ByteRange{3, 6}));
  EXPECT_EQ(only_gap({10, {{2, 3}}}), std::nullopt);
  EXPECT_EQ(only_gap({10, {{0, 1}, {4, 5}, {8, 9}}}), std::nullopt);
  EXPECT_EQ(only_gap({10, {{0, 9}}}), std::nullopt);
  EXPECT_TRUE(is_complete({10, {{0, 9}}}));
  EXPECT_FALSE(is_complete({10, {{0, 8}}}));
}

TEST(StrongValidators, ATagOrADateThatCannotHaveChangedWithinItsSecond) {
  const auto of = [](const Fields& fields) { return parse_validators(fields, kNow); };
  const std::string then = date(-minutes(5));
  const Validators tag = of({{"ETag", "\"a\""}, {"Last-Modified", then}});
  const Validators weak = of({{"ETag", "W/\"a\""}, {"Last-Modified", then}});
  const Validators dated = of({{"Last-Modified", then}, {"Date", date(seconds(0))}});
  const Validators too_young = of({{"Last-Modified", then}, {"Date", then}});
  EXPECT_EQ(strong_validator(tag), "\"a\"");
  EXPECT_EQ(strong_validator(weak), std::nullopt);
  EXPECT_EQ(strong_validator(dated), then);
  EXPECT_EQ(strong_validator(too_young), std::nullopt);
  EXPECT_EQ(strong_validator({}), std::nullopt);
  EXPECT_TRUE(share_strong_validator(tag, tag));
  EXPECT_TRUE(share_strong_validator(dated, dated));
  EXPECT_FALSE(share_strong_validator(weak, weak));
  EXPECT_FALSE(share_strong_validator(tag, dated));
  EXPECT_FALSE(share_strong_validator({}, {}));
}

TEST(StoringParts, AreJudgedLikeA200ButNotByTheRulesTtl) {
  const auto judged = [](const CachePolicy& rule, const Fields& fields, Asked asked) {
    return refusal(decide_storability(
        http::Method::get, Fields{}, response(206, fields), rule, kAtOnce, asked));
  };
  const Fields explicitly{{"Cache-Control", "max-age=60"}};
  EXPECT_EQ(judged(policy({}), explicitly, Asked::part), Reason::none);
  EXPECT_EQ(judged(policy({}), explicitly, Asked::whole), Reason::partial);
  EXPECT_EQ(judged(policy({}), {{"Cache-Control", "max-age=60, must-understand"}}, Asked::part),
            Reason::none);
  EXPECT_EQ(judged(policy({}), {{"Cache-Control", "no-store"}}, Asked::part), Reason::no_store);
  EXPECT_EQ(judged(policy(minutes(1)), {}, Asked::part), Reason::no_lifetime);
  EXPECT_EQ(judged(policy({}, {{206, minutes(1)}}), {}, Asked::part), Reason::none);
  CachePolicy heuristic = policy({});
  heuristic.heuristic = Heuristic::on;
  EXPECT_EQ(judged(heuristic, {{"Last-Modified", date(-hours(10))}}, Asked::part), Reason::none);
}

}  // namespace
}  // namespace hawkcache::caching
