#include "config/yaml_document.hpp"

#include "config/utf8.hpp"

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

using Kind = YamlNode::Kind;

TEST(YamlDocument, BuildsATreeWithPositions) {
  const auto parsed = parse_yaml("a: 1\nb:\n  - x\n  - { c: \"y\" }\n");
  const auto& document = std::get<YamlDocument>(parsed);
  const YamlNode& root = *document.root;
  ASSERT_EQ(root.kind, Kind::map);
  EXPECT_EQ(root.find("a")->text, "1");
  EXPECT_EQ(root.find("a")->position, (Position{1, 4}));
  const YamlNode& list = *root.find("b");
  ASSERT_EQ(list.kind, Kind::sequence);
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0]->position, (Position{3, 5}));
  EXPECT_EQ(list.items[1]->find("c")->text, "y");
  EXPECT_EQ(list.items[1]->find("c")->position, (Position{4, 10}));
  EXPECT_EQ(root.find("z"), nullptr);
}

TEST(YamlDocument, AnAliasIsTheSameNodeEvenInsideItself) {
  const auto parsed = parse_yaml("a: &x [1]\nb: *x\nc: &y [*y]\n");
  const auto& root = *std::get<YamlDocument>(parsed).root;
  EXPECT_EQ(root.find("a"), root.find("b"));
  EXPECT_EQ(root.find("c")->items[0], root.find("c"));
}

TEST(YamlDocument, AMissingValueIsWhereItsKeyIs) {
  const auto parsed = parse_yaml("a:\n\n\nb: 1\n");
  const YamlNode& missing = *std::get<YamlDocument>(parsed).root->find("a");
  EXPECT_EQ(missing.kind, Kind::null);
  EXPECT_EQ(missing.position, (Position{1, 1}));
}

TEST(YamlDocument, AFileThatIsTooLargeIsRefused) {
  const auto parsed = parse_yaml(std::string(kMaxFileSize + 1, '#'));
  const auto& problems = std::get<std::vector<Problem>>(parsed);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("16MiB"), std::string::npos);
}

TEST(YamlDocument, NoBrokenTextIsMoreThanAnError) {
  const std::vector<std::string> texts{std::string(100'000, '['),
                                       std::string(100'000, '{'),
                                       std::string(100'000, '-') + " x",
                                       "a: " + std::string(100'000, '\''),
                                       "a: \"",
                                       "a: |",
                                       "a: >2",
                                       "&",
                                       "*",
                                       "!",
                                       "!<",
                                       "? ",
                                       ":",
                                       "%YAML 9.9\n---\na: 1",
                                       "a: *a",
                                       "[a: b, c",
                                       "{a, b}}",
                                       "--- --- ---",
                                       "\"\\xZZ\"",
                                       "a: !!binary x",
                                       "@",
                                       "`",
                                       "a:\n- b\n c",
                                       "\t",
                                       "- - - [",
                                       std::string(3000, ' ') + "x: 1",
                                       "a: &a [*a, *a]\n<<: *a"};
  for (const std::string& text : texts) {
    SCOPED_TRACE(text.substr(0, 40));
    const auto parsed = parse_yaml(text);
    if (const auto* problems = std::get_if<std::vector<Problem>>(&parsed)) {
      ASSERT_FALSE(problems->empty());
      EXPECT_GE(problems->front().position.line, 1);
      EXPECT_GE(problems->front().position.column, 1);
    }
  }
  std::string dashes;
  for (int i = 0; i < 50'000; ++i) dashes += "- ";
  EXPECT_TRUE(std::holds_alternative<std::vector<Problem>>(parse_yaml(dashes)));
}

// What looks like trouble to a careless scan, but is fine.
TEST(YamlScan, LeavesLegalTextAlone) {
  const std::vector<const char*> texts{
      "a: /users/{id:int}/x",
      "a: ${NAME:-http://x} # ${",
      "a: 'it''s { [ '",
      "a: \"x \\\" { [\"",
      "a: |\n  { [ ${X}\n\n   \"\nb: [1]",
      "a: >-\n  {x\nb: {c: d}",
      "- |\n x {\n- [1]",
      "- a: |\n    {\n  b: [c]",
      "a: one\n  { two\n  [ three\nb: {c: d}",
      "a: {b: [c, {d: e}], f: 'g}'}",
      "a: {b: \"${X}\", c: '{x}'}",
      "a: [http://x:1/y, b]",
      "a: {b: c}\n# {\nd: [e] # ]",
      "\"a\": [b]\n'c': {d: e}",
      "a: b'c\"d{e",
      "a: &x {b: c}\nd: *x",
      "--- {a: b}\n",
      "a: [b\n  , c\n]",
      "a: {b: }",
      "? a\n: {b: c}",
      "a: [\"x\":y]",
      R"({"a":"${X}","b":[{"c":"{d}"}],"e":{"f":"[g]"},{"h":1}:"{i}"})",
      "a: {b: &c \"{d}\", e: !!str '[f]'}",
      "a: [one\n  \"two, 'three']",
  };
  for (const char* text : texts) {
    SCOPED_TRACE(text);
    const ScanResult result = scan_yaml(text);
    for (const Problem& problem : result.problems) ADD_FAILURE() << problem.message;
    EXPECT_FALSE(result.hint.has_value()) << result.hint->message;
  }
}

TEST(YamlScan, FindsUnquotedBraces) {
  const std::vector<std::pair<const char*, Position>> cases{
      {"a: { b: ${X} }", {1, 9}},
      {"a: [${X}]", {1, 5}},
      {"a:\n  - [x, ${X:-y}]", {2, 9}},
      {"a: [x${X}y]", {1, 5}},
      {"a: [user:{id}]", {1, 5}},
      {"a: [x, [y, u{id}v]]", {1, 12}},
      {"a: {host}:{path}", {1, 4}},
      {"a: {id}/x", {1, 4}},
      {"a: [x]y", {1, 4}},
  };
  for (const auto& [text, position] : cases) {
    SCOPED_TRACE(text);
    const ScanResult result = scan_yaml(text);
    ASSERT_EQ(result.problems.size(), 1U);
    EXPECT_EQ(result.problems[0].position, position);
    EXPECT_NE(result.problems[0].message.find("quoted"), std::string::npos);
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  const std::vector<std::pair<std::string, std::size_t>> cases{
      {"", std::string::npos},
      {"a\t\r\n\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", std::string::npos},
      {"ab\x80", 2},
      {"\xC3", 0},
      {"a\xC0\x80", 1},         // overlong
      {"\xE0\x80\x80", 0},      // overlong
      {"\xED\xA0\x80", 0},      // a surrogate
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"x\xE2\x82", 1},
      {std::string("a\0b", 3), 1},
      {"a\x1B", 1},
      {"a\x7F", 1},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(first_bad_byte(text), expected) << text;
}

}  // namespace
}  // namespace hawkcache::config
