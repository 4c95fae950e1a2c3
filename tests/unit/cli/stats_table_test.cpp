#include "cli/stats_table.hpp"

#include <gtest/gtest.h>

namespace hawkcache::cli {
namespace {

TEST(StatsTable, IsForPeople) {
  const auto table = stats_table(R"({"version":"0.1.0","uptime_s":3725,
      "store":{"backend":"memory","entries":3,"bytes":1572864,"max_bytes":536870912,"max_entries":1000000,"evicted":1,
               "expired":2,"purged":4,"fences":5,"tags":6},
      "requests":{"requests":10,"hits":6,"misses":2,"bypasses":1,"passes":1,"rejected":0,"fetches":4,"fetch_errors":1,
                  "stored":2,"not_stored":0},
      "connections":{"open":1,"accepted":7},
      "routes":[{"name":"user","hits":6,"misses":2,"bypasses":1,"errors":0},{"name":"change-user","hits":0,"misses":0,"bypasses":0,"errors":0}]})");
  ASSERT_TRUE(table);
  EXPECT_EQ(*table,
            "hawkcache    0.1.0, up 1h 2m\n"
            "connections  1 open, 7 accepted\n"
            "store        memory: 3 of 1000000 entries, 1.5 MiB of 512.0 MiB\n"
            "             1 evicted, 2 expired, 4 purged; 6 tags, 5 purges remembered\n"
            "requests     10: 6 hits, 2 misses, 1 bypass, 1 passed, 0 rejected; hit ratio 75.0%\n"
            "origin       4 fetches, 1 failed; 2 stored, 0 not stored\n"
            "\n"
            "route              hits      misses    bypasses    errors  hit ratio\n"
            "user                  6           2           1         0      75.0%\n"
            "change-user           0           0           0         0          -\n");
}

TEST(StatsTable, CountsCharactersAndNotBytes) {
  const auto table = stats_table(R"({"store":{},"requests":{"hits":1,"misses":1,"fetches":1},
      "routes":[{"name":"\u00fc\u00f6\u00e4\u20ac","hits":1}]})");
  ASSERT_TRUE(table);
  EXPECT_NE(table->find("\nroute        hits "), std::string::npos) << *table;
  EXPECT_NE(table->find("\n\u00fc\u00f6\u00e4\u20ac            1 "), std::string::npos) << *table;
  EXPECT_NE(table->find(": 1 hit, 1 miss, 0 bypasses"), std::string::npos) << *table;
  EXPECT_NE(table->find("origin       1 fetch, 0 failed"), std::string::npos) << *table;
}

TEST(StatsTable, TellsOfRedisWhereThereIsOne) {
  const auto table = stats_table(R"({"store":{},"requests":{},
      "redis":{"state":"joining","hits":6,"misses":2,"stores":3,"finds_unavailable":4,"puts_unavailable":1,
               "purges":7,"purges_waiting":8,"push_connected":true,"commands":20,"command_errors":1,
               "timeouts":2,"latency_sum_us":5000,"connections":9}})");
  ASSERT_TRUE(table);
  EXPECT_NE(table->find("redis        joining: 6 hits, 2 misses, 3 stored, 5 unavailable; 7 "
                        "purges, 8 waiting; push on\n"
                        "             20 commands, 1 error, 2 timeouts, 0.25 ms on the average; 9 "
                        "connections\n"),
            std::string::npos)
      << *table;
}

TEST(StatsTable, RefusesWhatIsNoAnswerOfHawkcaches) {
  for (const std::string_view text : {"", "hello", "[]", "{}", "{\"store\":1}"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(stats_table(text));
  }
}

TEST(PurgeLine, TellsTheNumber) {
  PurgeOptions tag;
  tag.tags = {"a"};
  EXPECT_EQ(purge_line("{\"purged\":17}", tag), "17 responses purged\n");
  EXPECT_EQ(purge_line("{\"purged\":1}", tag), "1 response purged\n");
  EXPECT_FALSE(purge_line("<html>", tag));
}

TEST(PurgeLine, AnEstimateSaysWhatItIs) {
  constexpr std::string_view kTwo = "{\"purged\":2,\"estimate\":true}";
  PurgeOptions named;
  named.urls = {"/b"};
  EXPECT_EQ(purge_line(kTwo, named), "about 2 responses purged\n");
  EXPECT_EQ(purge_line("{\"purged\":0,\"estimate\":true}", named),
            "purged; how many responses that were is not known\n");
  named.prefixes = {"/c"};
  EXPECT_EQ(purge_line(kTwo, named),
            "about 2 responses purged (what is under a prefix is not counted)\n");
  named.prefixes.clear();
  named.tags = {"a", "b"};
  EXPECT_EQ(purge_line(kTwo, named), "about 2 responses purged\n");
  named.urls.clear();
  EXPECT_EQ(purge_line(kTwo, named), "about 2 responses purged\n");
}

}  // namespace
}  // namespace hawkcache::cli
