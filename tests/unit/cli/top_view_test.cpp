#include "cli/top_view.hpp"

#include "cli/live_screen.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace hawkcache::cli {
namespace {

constexpr std::string_view kBefore = R"({"version":"0.1.0","uptime_s":60,
    "store":{"backend":"memory"},
    "requests":{"requests":100,"hits":50,"misses":30,"bypasses":10,"passes":8,"fetch_errors":2},
    "routes":[{"name":"user","hits":40,"misses":20,"bypasses":0,"errors":1},
              {"name":"list","hits":10,"misses":10,"bypasses":10,"errors":1}]})";
constexpr std::string_view kAfter = R"({"version":"0.1.0","uptime_s":62,
    "store":{"backend":"memory","entries":3,"bytes":1572864,"max_bytes":536870912,"max_entries":1000000},
    "requests":{"requests":140,"hits":65,"misses":35,"bypasses":20,"passes":18,"fetch_errors":3},
    "connections":{"open":4},
    "routes":[{"name":"new-rule","hits":0,"misses":0,"bypasses":0,"errors":0},
              {"name":"user","hits":41,"misses":20,"bypasses":0,"errors":1},
              {"name":"list","hits":24,"misses":15,"bypasses":20,"errors":2}]})";
constexpr ScreenSize kAllLines = kEndlessScreen;
constexpr std::size_t kWide = kEndlessScreen.columns;

TEST(TopView, ShowsRatesWithTheBusiestRouteFirst) {
  const auto view = top_view(kBefore, kAfter, Duration{2000}, kAllLines);
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "hawkcache 0.1.0, up 1m 2s; 4 connections\n"
            "memory: 3 of 1000000 entries, 1.5 MiB of 512.0 MiB\n"
            "20.0 requests/s: 7.5 hits, 2.5 misses, 5.0 bypasses, 5.0 passed\n"
            "hit ratio 75.0%; 0.5 failed fetches/s\n"
            "\n"
            "route     requests/s  hit ratio     hits/s   misses/s  bypasses/s  errors/s\n"
            "list            15.0      73.7%        7.0        2.5         5.0       0.5\n"
            "user             0.5     100.0%        0.5        0.0         0.0       0.0\n"
            "new-rule         0.0          -        0.0        0.0         0.0       0.0\n");
}

TEST(TopView, CountsCharactersAndNotBytes) {
  constexpr std::string_view kStats = R"({"store":{},"requests":{},"connections":{"open":1},
      "routes":[{"name":"\u00fc\u00f6\u00e4\u20ac","hits":1}]})";
  const auto view = top_view(kStats, kStats, Duration{1000}, kAllLines);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("; 1 connection\n"), std::string::npos) << *view;
  EXPECT_NE(view->find("\nroute  requests/s  "), std::string::npos) << *view;
  EXPECT_NE(view->find("\n\u00fc\u00f6\u00e4\u20ac          0.0  "), std::string::npos) << *view;
}

TEST(TopView, LeavesOutWhatDoesNotFit) {
  const auto view = top_view(kBefore, kAfter, Duration{2000}, {7, kWide});
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("list "), std::string::npos);
  EXPECT_EQ(view->find("user "), std::string::npos);
  EXPECT_EQ(std::count(view->begin(), view->end(), '\n'), 7);
}

TEST(TopView, IsNoLongerThanTheScreen) {
  for (std::size_t lines = 0; lines < 7; ++lines) {
    const auto view = top_view(kBefore, kAfter, Duration{2000}, {lines, kWide});
    ASSERT_TRUE(view);
    EXPECT_EQ(static_cast<std::size_t>(std::count(view->begin(), view->end(), '\n')), lines);
  }
}

TEST(TopView, CutsNamesRatherThanFigures) {
  constexpr std::string_view kStats = R"({"store":{},"requests":{},
      "routes":[{"name":"/\u00fcsers/{user_id:int}/orders","hits":1}]})";
  const auto view = top_view(kStats, kStats, Duration{1000}, {24, 80});
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("\n/\u00fcsers/{user\u2026         0.0  "), std::string::npos) << *view;
  EXPECT_NE(view->find("\nroute          requests/s  "), std::string::npos) << *view;
  const auto tiny = top_view(kStats, kStats, Duration{1000}, {24, 1});
  EXPECT_NE(tiny->find("\n/\u00fcsers/\u2026  "), std::string::npos) << *tiny;
}

TEST(TopView, CountsFromNothingAfterARestart) {
  const auto view = top_view(kAfter, kBefore, Duration{1000}, kAllLines);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("100.0 requests/s: 50.0 hits"), std::string::npos) << *view;
  EXPECT_NE(view->find("user         61.0"), std::string::npos) << *view;
}

TEST(TopView, RefusesWhatIsNoAnswerOfHawkcaches) {
  EXPECT_FALSE(top_view(kBefore, "<html>", Duration{1000}, kAllLines));
  EXPECT_FALSE(top_view("{}", kAfter, Duration{1000}, kAllLines));
  EXPECT_TRUE(top_view(kBefore, kAfter, Duration{0}, kAllLines));
}

TEST(LiveScreen, AFrameCutsLinesBetweenCharacters) {
  EXPECT_EQ(frame_of("abcd\na\xC3\xA4\xC3\xB6\n", 2),
            "\x1b[H"
            "ab\x1b[K\r\n"
            "a\xC3\xA4\x1b[K\r\n"
            "\x1b[J");
}

}  // namespace
}  // namespace hawkcache::cli
