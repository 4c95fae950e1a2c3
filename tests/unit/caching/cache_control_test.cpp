#include "caching/cache_control.hpp"

#include "support.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {

void PrintTo(const ResponseDirectives& d, std::ostream* out) {
  const auto age = [](const std::optional<Duration>& value) {
    return value ? std::to_string(value->count()) : std::string("none");
  };
  *out << "max-age " << age(d.max_age) << " s-maxage " << age(d.s_maxage) << " swr "
       << age(d.stale_while_revalidate) << " sie " << age(d.stale_if_error);
  for (const auto& [set, name] : {std::pair{d.no_store, " no-store"},
                                  {d.no_cache, " no-cache"},
                                  {d.private_, " private"},
                                  {d.public_, " public"},
                                  {d.must_revalidate, " must-revalidate"},
                                  {d.proxy_revalidate, " proxy-revalidate"},
                                  {d.must_understand, " must-understand"}}) {
    if (set) *out << name;
  }
  *out << " no-cache=" << testing::PrintToString(d.no_cache_fields)
       << " private=" << testing::PrintToString(d.private_fields);
}

namespace {

struct ResponseCase {
  std::vector<std::string> lines;
  ResponseDirectives expected;
};

Fields lines_of(std::string_view name, const std::vector<std::string>& lines) {
  Fields fields{};
  for (const std::string& line : lines) fields.add(std::string(name), line);
  return fields;
}

void expect_all(const std::vector<ResponseCase>& cases) {
  for (const ResponseCase& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.lines));
    EXPECT_EQ(parse_response_directives(lines_of("Cache-Control", c.lines)), c.expected);
  }
}

TEST(ResponseCacheControl, ReadsEveryDirective) {
  expect_all({
      {{"max-age=60"}, {.max_age = seconds(60)}},
      {{"s-maxage=0"}, {.s_maxage = seconds(0)}},
      {{"no-store"}, {.no_store = true}},
      {{"no-cache"}, {.no_cache = true}},
      {{"private"}, {.private_ = true}},
      {{"public"}, {.public_ = true}},
      {{"must-revalidate"}, {.must_revalidate = true}},
      {{"proxy-revalidate"}, {.proxy_revalidate = true}},
      {{"must-understand"}, {.must_understand = true}},
      {{"immutable"}, {}},
      {{"stale-while-revalidate=30"}, {.stale_while_revalidate = seconds(30)}},
      {{"stale-if-error=600"}, {.stale_if_error = seconds(600)}},
      {{"no-transform, foobar, community=\"UCI\""}, {}},
      {{}, {}},
  });
}

TEST(ResponseCacheControl, MindsEveryLegalSpelling) {
  expect_all({
      {{"No-StOrE"}, {.no_store = true}},
      {{"MaX-aGe=3600"}, {.max_age = seconds(3600)}},
      {{"max-age=003600"}, {.max_age = seconds(3600)}},
      {{", ,private ,\t, "}, {.private_ = true}},
      {{"max-age=5", "NO-CACHE"}, {.max_age = seconds(5), .no_cache = true}},
      {{"max-age=60,private"}, {.max_age = seconds(60), .private_ = true}},
      {{"max-age=\"60\""}, {.max_age = seconds(60)}},
      {{"max-age=\"6\\0\""}, {.max_age = seconds(60)}},
      {{"", "no-store"}, {.no_store = true}},
  });
}

TEST(ResponseCacheControl, IgnoresLookAlikesInQuotedStringsAndLongerNames) {
  expect_all({
      {{"extension=\"max-age=3600\", max-age=1"}, {.max_age = seconds(1)}},
      {{"max-age=1, extension=\"max-age=3600\""}, {.max_age = seconds(1)}},
      {{"foo=\"no-store, private\", max-age=9"}, {.max_age = seconds(9)}},
      {{"foo=\"a\\\", no-store\""}, {}},
      {{"x-no-store, privately, no-stores"}, {}},
      // ... and still sees what stands beside them.
      {{"foo=\"public\", no-store"}, {.no_store = true}},
  });
}

TEST(ResponseCacheControl, TakesTheSmallestOfSeveralAges) {
  expect_all({
      {{"max-age=1800, max-age=1"}, {.max_age = seconds(1)}},
      {{"max-age=1", "max-age=1800"}, {.max_age = seconds(1)}},
      {{"s-maxage=5, s-maxage=7"}, {.s_maxage = seconds(5)}},
      {{"max-age=10, max-age=x"}, {.max_age = seconds(0)}},
      {{"stale-if-error=9, stale-if-error=3"}, {.stale_if_error = seconds(3)}},
  });
}

TEST(ResponseCacheControl, CountsUnreadableAgesAsZero) {
  for (const char* value : {"max-age=-3600",
                            "max-age=3600.0",
                            "max-age=a3600",
                            "max-age=3600a",
                            "max-age='3600'",
                            "max-age",
                            "max-age=",
                            "max-age =3600",
                            "max-age= 3600",
                            "max-age=\"3600",
                            "max-age=+5",
                            "max-age=5;x",
                            "max-age=\"\"",
                            "max-age=\"5\"6"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(parse_response_directives(Fields{{"Cache-Control", value}}),
              (ResponseDirectives{.max_age = seconds(0)}));
  }
}

TEST(ResponseCacheControl, SaturatesAgesThatAreTooLarge) {
  for (const char* value : {"max-age=2147483648",
                            "max-age=2147483649",
                            "max-age=99999999999",
                            "max-age=99999999999999999999999999999999"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(parse_response_directives(Fields{{"Cache-Control", value}}).max_age,
              seconds(2147483648));
  }
  EXPECT_EQ(parse_response_directives(Fields{{"Cache-Control", "max-age=2147483647"}}).max_age,
            seconds(2147483647));
}

TEST(ResponseCacheControl, TellsQualifiedFromUnqualified) {
  expect_all({
      {{"no-cache=\"Set-Cookie\""}, {.no_cache_fields = {"set-cookie"}}},
      {{"private=\"X-A, ,x-b\""}, {.private_fields = {"x-a", "x-b"}}},
      {{"private=X-A"}, {.private_fields = {"x-a"}}},
      {{"no-cache=\"a\", no-cache"}, {.no_cache = true, .no_cache_fields = {"a"}}},
      {{"no-cache=\"a\"", "no-cache=\"b\""}, {.no_cache_fields = {"a", "b"}}},
      // What is no list of names restricts the whole response.
      {{"private=\"\""}, {.private_ = true}},
      {{"private="}, {.private_ = true}},
      {{"private=\"a b\""}, {.private_ = true}},
      {{"no-cache=\"a"}, {.no_cache = true}},
      {{"private =\"a\""}, {.private_ = true}},
  });
}

TEST(ResponseCacheControl, ObeysWhatRestrictsAndDoubtsWhatPermitsInMalformedDirectives) {
  expect_all({
      {{"no-store=1"}, {.no_store = true}},
      {{"no-store;x"}, {.no_store = true}},
      {{"must-revalidate =1"}, {.must_revalidate = true}},
      {{"public=\"x\""}, {}},
      {{"public x"}, {}},
      {{"must-understand;x"}, {}},
      {{"must-understand=0"}, {}},
      {{"must-understand=\"x\""}, {}},
      {{"stale-while-revalidate"}, {.stale_while_revalidate = seconds(0)}},
      // A quote that never closes hides nothing that restricts.
      {{"foo=\"bar, no-store, max-age=60, public"}, {.max_age = seconds(0), .no_store = true}},
  });
}

struct RequestCase {
  Fields fields;
  RequestDirectives expected;
};

TEST(RequestCacheControl, ReadsDirectivesWithCare) {
  const RequestCase cases[] = {
      {{}, {}},
      {{{"Cache-Control", "no-cache"}}, {.no_cache = true}},
      {{{"Cache-Control", "NO-STORE, only-if-cached"}}, {.no_store = true, .only_if_cached = true}},
      {{{"Cache-Control", "max-age=5, max-age=3"}}, {.max_age = seconds(3)}},
      {{{"Cache-Control", "max-age=x"}}, {.max_age = seconds(0)}},
      {{{"Cache-Control", "min-fresh=5, min-fresh=9"}}, {.min_fresh = seconds(9)}},
      {{{"Cache-Control", "min-fresh=x"}}, {.min_fresh = seconds(2147483648)}},
      {{{"Cache-Control", "max-stale"}}, {.max_stale = Duration::max()}},
      {{{"Cache-Control", "max-stale, max-stale=9"}}, {.max_stale = seconds(9)}},
      {{{"Cache-Control", "max-stale=9, max-stale"}}, {.max_stale = seconds(9)}},
      {{{"Cache-Control", "max-stale=x"}}, {.max_stale = seconds(0)}},
      {{{"Cache-Control", "nothing-to-see-here"}}, {}},
      // Pragma counts where there is no Cache-Control (section 5.4).
      {{{"Pragma", "foo, No-Cache"}}, {.no_cache = true}},
      {{{"Pragma", "no-cache"}, {"Cache-Control", "max-age=9"}}, {.max_age = seconds(9)}},
      {{{"Pragma", "unrecognised-extension"}}, {}},
  };
  for (const RequestCase& c : cases) {
    SCOPED_TRACE(c.fields.list().empty() ? "" : std::string(c.fields.list().front().value));
    EXPECT_EQ(parse_request_directives(c.fields), c.expected);
  }
}

TEST(TargetedCacheControl, IsADictionaryThatDecidesAlone) {
  const std::vector<ResponseCase> cases = {
      {{"max-age=3600"}, {.max_age = seconds(3600)}},
      {{"max-age=99999999999"}, {.max_age = seconds(2147483648)}},
      {{"max-age=-1"}, {.max_age = seconds(0)}},
      {{"foobar, max-age=3600"}, {.max_age = seconds(3600)}},
      {{"no-store"}, {.no_store = true}},
      {{"no-store=?0, private"}, {.private_ = true}},
      {{"no-cache=\"a, b\""}, {.no_cache_fields = {"a", "b"}}},
      {{"private=(a b)"}, {.private_ = true}},
      {{"max-age=60, stale-while-revalidate=5, must-revalidate"},
       {.max_age = seconds(60), .stale_while_revalidate = seconds(5), .must_revalidate = true}},
      {{"max-age=60;x=1", "no-cache"}, {.max_age = seconds(60), .no_cache = true}},
      // In a dictionary the last value of a key counts.
      {{"max-age=1800, max-age=1"}, {.max_age = seconds(1)}},
      {{"foo"}, {}},
      // A member of another type than it should have counts for nothing, the others as ever.
      {{"private, max-age=\"60\""}, {.private_ = true}},
      {{"max-age=60, s-maxage=?1"}, {.max_age = seconds(60)}},
  };
  for (const ResponseCase& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.lines));
    EXPECT_EQ(parse_targeted_directives(lines_of("CDN-Cache-Control", c.lines)), c.expected);
  }
}

TEST(TargetedCacheControl, IsNotThereWhenEmptyOrInvalid) {
  EXPECT_EQ(parse_targeted_directives(Fields{{"Cache-Control", "max-age=1"}}), std::nullopt);
  for (const char* value : {"",
                            "max-age=10000, &&&&&",
                            "max-age=\"10000\"",
                            "max-age",
                            "max-age=1.5",
                            "max-age =100",
                            "max-age= 100",
                            "MaX-aGe=3600",
                            "s-maxage=?1",
                            "stale-if-error=token",
                            "max-age=1,"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(parse_targeted_directives(Fields{{"CDN-Cache-Control", value}}), std::nullopt);
  }
}

TEST(DecidingDirectives, ComeFromTheTargetedFieldWhereItHasAValue) {
  const auto targeted = deciding_directives(
      Fields{{"Cache-Control", "no-store"}, {"CDN-Cache-Control", "max-age=5"}});
  EXPECT_EQ(targeted.source, DirectiveSource::targeted);
  EXPECT_EQ(targeted.directives, (ResponseDirectives{.max_age = seconds(5)}));

  const auto fallback =
      deciding_directives(Fields{{"Cache-Control", "no-store"}, {"CDN-Cache-Control", "&"}});
  EXPECT_EQ(fallback.source, DirectiveSource::cache_control);
  EXPECT_EQ(fallback.directives, (ResponseDirectives{.no_store = true}));
}

// What one response said is remembered for the next: it must not show.
TEST(DecidingDirectives, AreThoseOfEachResponse) {
  const std::string long_one(300, ' ');
  const std::vector<Fields> responses{
      {{"Cache-Control", "max-age=5, private=\"X-A\""}},
      {{"Cache-Control", "max-age=5, private=\"X-A\""}},
      {{"Cache-Control", "max-age=5"}},
      {{"Cache-Control", "max-age=5"}, {"Cache-Control", "no-store"}},
      {{"Cache-Control", "max-age=5"}, {"Cache-Control", "max-age=5"}},
      {{"Cache-Control", ""}},
      {},
      {{"Cache-Control", "max-age=5"}},
      {{"Cache-Control", "no-store," + long_one}},
      {{"Cache-Control", "no-store," + long_one + "public"}},
      {{"Cache-Control", "MAX-AGE=5"}},
  };
  for (const Fields& fields : responses) {
    EXPECT_EQ(deciding_directives(fields).directives, parse_response_directives(fields));
  }
}

}  // namespace
}  // namespace hawkcache::caching
