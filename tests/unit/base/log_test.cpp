#include "base/log.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

// What the calls wrote to stderr.
template <class Calls>
std::string written(log::Settings settings, Calls calls) {
  testing::internal::CaptureStderr();
  log::setup(settings);
  calls();
  log::shutdown();  // waits until the queue is written
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesTheLevelsThatAreOn) {
  const std::string text = written({.level = log::Level::warn, .format = log::Format::text}, [] {
    EXPECT_FALSE(log::enabled(log::Level::info));
    EXPECT_TRUE(log::enabled(log::Level::error));
    log::info("one {}", 1);
    log::warn("two {}", 2);
    log::error("three {}", 3);
  });
  EXPECT_EQ(text.find("one"), std::string::npos);
  EXPECT_NE(text.find(" warning two 2\n"), std::string::npos);
  EXPECT_NE(text.find(" error three 3\n"), std::string::npos);
}

TEST(Log, EscapesControlBytesInText) {
  const std::string text = written({}, [] { log::warn("path {}", "a\x1b[31m\r\x7f\t."); });
  EXPECT_NE(text.find("path a\\x1b[31m\\x0d\\x7f\\x09."), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Log, WritesOneJsonObjectALine) {
  const std::string text = written({.level = log::Level::info, .format = log::Format::json},
                                   [] { log::info("say \"{}\"", "a\\b\nc\x01"); });
  EXPECT_EQ(text.find("{\"time\":\""), 0U);
  EXPECT_NE(text.find(R"("level":"info","message":"say \"a\\b\nc\u0001\""})"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(Log, FormatsNothingThatIsOff) {
  const std::string text =
      written({.level = log::Level::off, .format = log::Format::text}, [] { log::error("three"); });
  EXPECT_EQ(text, "");
}

TEST(Log, ForgetsWhatIsSaidBeforeSetupOrAfterShutdown) {
  testing::internal::CaptureStderr();
  log::write(log::Level::error, "nobody listens");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(log::dropped(), 0U);
}

}  // namespace
}  // namespace hawkcache
