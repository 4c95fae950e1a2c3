#include "redis/greeting.hpp"

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

TEST(InfoTest, FindsFields) {
  constexpr std::string_view kInfo = "# Server\r\nrun_id:abc\r\nempty:\r\nother_run_id:x\r\nlast:1";
  EXPECT_EQ(info_field(kInfo, "run_id"), "abc");
  EXPECT_EQ(info_field(kInfo, "empty"), "");
  EXPECT_EQ(info_field(kInfo, "last"), "1");
  EXPECT_EQ(info_field(kInfo, "run"), "");
  EXPECT_EQ(info_field("", "run_id"), "");
}

TEST(IdentityTest, DependsOnTheProcessAndItsHistory) {
  const std::string first = "role:master\r\nmaster_replid:a\r\n";
  const std::string second = "role:master\r\nmaster_replid:b\r\n";
  EXPECT_EQ(identity_of("x", first), identity_of("x", first));
  EXPECT_NE(identity_of("x", first), identity_of("y", first));
  EXPECT_NE(identity_of("x", first), identity_of("x", second));
  EXPECT_EQ(identity_of("", first), 0U);
  EXPECT_EQ(identity_of("x", "role:master\r\n"), 0U);
}

TEST(GreetingTest, SaysOnlyWhatIsNeeded) {
  Settings settings;
  EXPECT_EQ(greeting(settings).size(), 3U);
  EXPECT_FALSE(authentication(settings).has_value());
  settings.password = "p";
  EXPECT_EQ(authentication(settings)->bytes(), "*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n");
  settings.user = "u";
  EXPECT_EQ(authentication(settings)->bytes(), "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n");
  settings.database = 1;
  EXPECT_EQ(greeting(settings).size(), 5U);
}

TEST(CommandTest, BecomesTheSameScriptWithItsSource) {
  constexpr Command::Script kScript{"return 1", "sha"};
  const std::vector<std::string_view> keys{"k\r\n$1"};
  const std::vector<std::string_view> arguments{"", "a"};
  const Command command = Command::script(kScript, keys, arguments).with_source();
  EXPECT_EQ(
      command.bytes(),
      "*6\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$5\r\nk\r\n$1\r\n$0\r\n\r\n$1\r\na\r\n");
  EXPECT_EQ(command.key(), "k\r\n$1");
}

}  // namespace
}  // namespace hawkcache::redis
