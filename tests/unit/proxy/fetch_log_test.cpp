// What fetches say in the log.
#include "base/log.hpp"
#include "unit/proxy/one_worker.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using ::testing::HasSubstr;

TEST(FetchLog, SaysAtDebugWhatWasAnsweredAndWhyItIsNotStored) {
  testing::internal::CaptureStderr();
  log::setup({.level = log::Level::debug, .format = log::Format::text});
  {
    OneWorker world(route("/a"));
    world.origin->answer = answer_text("Cache-Control: no-store\r\n");
    world.ask();
  }
  log::shutdown();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr(" debug fetch of api.example.com/a: answered 200\n"));
  EXPECT_THAT(text, HasSubstr(" debug fetch of api.example.com/a: not stored: "));
}

}  // namespace
}  // namespace hawkcache::proxy
