#include "observe/access_log.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace hawkcache::observe {
namespace {

class AccessLogFile : public ::testing::Test {
 protected:
  AccessLogFile()
      : path_(std::filesystem::temp_directory_path() /
              ("hawkcache-access-" + std::to_string(::getpid()) + ".log")) {}
  ~AccessLogFile() override { std::filesystem::remove(path_); }

  void write_one(std::string_view target) const {
    std::string error;
    const auto log = open_access_log(path_.string(), AccessLog::Format::text, error);
    ASSERT_NE(log, nullptr) << error;
    TransactionRecord record;
    record.target = target;
    log->write(record);
    EXPECT_EQ(log->dropped(), 0U);
  }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  const std::filesystem::path path_;
};

TEST_F(AccessLogFile, IsMadeAndAppendedTo) {
  write_one("/first");
  write_one("/second");
  EXPECT_EQ(content(),
            "1970-01-01T00:00:00.000Z - - \"- /first\" 0 0 0.000ms - - -\n"
            "1970-01-01T00:00:00.000Z - - \"- /second\" 0 0 0.000ms - - -\n");
}

TEST(AccessLog, SaysWhyAFileCannotBeOpened) {
  std::string error;
  EXPECT_EQ(open_access_log("/nonexistent/access.log", AccessLog::Format::json, error), nullptr);
  EXPECT_NE(error.find("/nonexistent/access.log"), std::string::npos);
  EXPECT_NE(error.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace hawkcache::observe
