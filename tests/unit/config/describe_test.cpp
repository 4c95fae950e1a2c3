// The table of keys against what is published about it: the JSON Schema, docs/configuration.md, the
// reference file.
#include "config/keys.hpp"
#include "config/load.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <boost/json/src.hpp>
#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read(const std::string& path) {
  std::ifstream stream(fs::path(HAWKCACHE_SOURCE_DIR) / path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Describe, TheManualHasTheTableOfAllKeys) {
  const std::string page = read("docs/configuration.md");
  const std::string begin = "<!-- keys: begin -->\n";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find("<!-- keys: end -->");
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  EXPECT_EQ(page.substr(from + begin.size(), to - from - begin.size()), reference_table())
      << "paste reference_table() between the markers of docs/configuration.md";
}

TEST(Describe, TheReferenceFileShowsEveryKey) {
  const std::string file = read("config/hawkcache.yaml");
  for (const FlatKey& key : flat_keys()) {
    if (key.full_name.starts_with("defaults.")) continue;
    const std::regex shown("(^|\\n)[ #-]*" + key.info->name + ":");
    EXPECT_TRUE(std::regex_search(file, shown)) << key.full_name;
  }
}

TEST(Describe, TheShippedFilesHaveNoErrors) {
  for (const std::string path : {"config/hawkcache.yaml", "config/minimal.yaml"}) {
    const LoadResult result = load_text(read(path), path, Environment());
    for (const ConfigError& error : result.errors) ADD_FAILURE() << to_string(error);
    for (const ConfigError& warning : result.warnings) ADD_FAILURE() << to_string(warning);
  }
}

TEST(Describe, TheReferenceFileReadsItsEnvironment) {
  const auto environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "HAWKCACHE_UPSTREAM") return "http://api:1234";
    if (name == "HAWKCACHE_ADMIN_LISTEN") return "0.0.0.0:9081";
    if (name == "HAWKCACHE_ADMIN_TOKEN") return "secret";
    return std::nullopt;
  };
  const LoadResult result = load_text(read("config/hawkcache.yaml"), "f", environment);
  ASSERT_TRUE(result.config.has_value());
  EXPECT_EQ(result.config->upstream.servers[0].endpoint, (Endpoint{"api", 1234}));
  EXPECT_EQ(to_string(result.config->admin.listen), "0.0.0.0:9081");
  EXPECT_EQ(result.config->admin.token, "secret");
}

TEST(Describe, TheReferenceFileShowsTheDefaults) {
  Config config = load_text(read("config/hawkcache.yaml"), "f", Environment()).config.value();
  config.routes.clear();
  config.upstream.servers.clear();
  const Config defaults;
  EXPECT_EQ(config, defaults);
}

const json::object& property(const json::object& schema, const std::string& name) {
  const json::object* object = &schema;
  if (const auto* items = schema.if_contains("items")) object = &items->as_object();
  return object->at("properties").as_object().at(name).as_object();
}

TEST(Describe, TheSchemaIsJsonAndDescribesEveryKey) {
  const json::object schema = json::parse(json_schema()).as_object();
  EXPECT_EQ(schema.at("$schema").as_string(), "https://json-schema.org/draft/2020-12/schema");
  for (const FlatKey& key : flat_keys()) {
    SCOPED_TRACE(key.full_name);
    const json::object* place = &schema;
    std::string rest = std::regex_replace(key.full_name, std::regex(R"(\[\])"), "");
    for (std::size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
      place = &property(*place, rest.substr(0, dot));
      rest = rest.substr(dot + 1);
    }
    const json::object& described = property(*place, rest);
    EXPECT_TRUE(described.at("description").as_string().starts_with(key.info->doc));
    const bool shaped =
        described.contains("type") || described.contains("anyOf") || described.contains("$ref");
    EXPECT_TRUE(shaped);
  }
  EXPECT_FALSE(schema.at("additionalProperties").as_bool());
}

TEST(Describe, TheSchemaTakesAnEmptyTokenAsTheReaderDoes) {
  const json::object schema = json::parse(json_schema()).as_object();
  EXPECT_EQ(property(property(schema, "admin"), "token").at("type"),
            (json::array{"string", "null"}));
}

// Every "$ref" of the schema leads somewhere.
void collect_references(const json::value& value, std::set<std::string>& found) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (member.key() == "$ref") found.insert(std::string(member.value().as_string()));
      collect_references(member.value(), found);
    }
  } else if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) collect_references(item, found);
  }
}

TEST(Describe, TheSchemaRefersOnlyToWhatItDefines) {
  const json::value schema = json::parse(json_schema());
  std::set<std::string> found;
  collect_references(schema, found);
  EXPECT_EQ(found,
            (std::set<std::string>{"#/$defs/duration", "#/$defs/environment", "#/$defs/size"}));
  for (const char* name : {"duration", "environment", "size"}) {
    EXPECT_TRUE(schema.as_object().at("$defs").as_object().contains(name)) << name;
  }
}

TEST(Describe, ThePatternsOfTheSchemaMeanWhatTheReaderReads) {
  const json::value schema = json::parse(json_schema());
  const json::object& definitions = schema.as_object().at("$defs").as_object();
  const auto matches = [&](const char* name, const std::string& text) {
    const auto& pattern =
        definitions.at(name).as_object().at("anyOf").as_array().at(0).as_object().at("pattern");
    return std::regex_search(text, std::regex(std::string(pattern.as_string())));
  };
  for (const char* text : {"250ms", "60s", "5m", "1h", "1d"})
    EXPECT_TRUE(matches("duration", text)) << text;
  for (const char* text : {"60", "1.5s", "s", "60 s"})
    EXPECT_FALSE(matches("duration", text)) << text;
  for (const char* text : {"1B", "64KiB", "3GB"}) EXPECT_TRUE(matches("size", text)) << text;
  for (const char* text : {"64", "64K", "1.5MiB"}) EXPECT_FALSE(matches("size", text)) << text;
}

}  // namespace
}  // namespace hawkcache::config
