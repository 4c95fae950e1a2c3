// tests/config/NAME.yaml is loaded, and what is said about it is compared with NAME.expected: all
// errors, then all warnings. Run with HAWKCACHE_UPDATE_GOLDEN=1 to write the .expected files anew,
// and read the difference.
#include "config/load.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(HAWKCACHE_SOURCE_DIR) / "tests" / "config";

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::optional<std::string> environment(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> values{
      {"PORT", "8080"},
      {"EMPTY", ""},
      {"TOKEN", "s3cret"},
      {"WORDS", "many words"},
      {"STRUCTURE", "a: [1, 2]\nb: {c: d}"}};
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

std::string say(const fs::path& yaml) {
  const LoadResult result = load_text(read(yaml), yaml.filename().string(), environment);
  EXPECT_EQ(result.config.has_value(), result.errors.empty());
  std::string said;
  for (const auto* list : {&result.errors, &result.warnings}) {
    for (const ConfigError& error : *list) said += to_string(error) + "\n";
  }
  return said.empty() ? "nothing to say\n" : said;
}

std::set<fs::path> files_with(const std::string& extension) {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == extension) files.insert(entry.path());
  }
  return files;
}

TEST(ConfigGolden, EveryFileGetsExactlyTheExpectedMessages) {
  const bool update = std::getenv("HAWKCACHE_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& yaml : files_with(".yaml")) {
    SCOPED_TRACE(yaml.filename().string());
    const fs::path expected = fs::path(yaml).replace_extension(".expected");
    const std::string said = say(yaml);
    if (update) std::ofstream(expected, std::ios::binary) << said;
    EXPECT_EQ(said, read(expected));
  }
}

TEST(ConfigGolden, ThereAreManyFilesAndEachExpectationHasOne) {
  EXPECT_GE(files_with(".yaml").size(), 50U);
  for (const fs::path& expected : files_with(".expected")) {
    EXPECT_TRUE(fs::exists(fs::path(expected).replace_extension(".yaml"))) << expected;
  }
}

}  // namespace
}  // namespace hawkcache::config
