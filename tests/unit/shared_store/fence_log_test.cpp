#include "shared_store/fence_log.hpp"

#include "contract/response_maker.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {

static void PrintTo(const FenceMember& member, std::ostream* out) {
  *out << static_cast<int>(member.kind) << static_cast<int>(member.what) << ' ' << member.tag << ' '
       << member.scope.authority << ' ' << member.scope.path_and_query;
}

namespace {

using redis::Reply;
using What = FenceMember::What;

constexpr std::string_view kCounter = "00000000000000aa 00000000000000bb 7";

std::string operator""_s(const char* text, std::size_t size) { return {text, size}; }

TEST(SharedCounter, reads_back_as_it_was_written) {
  for (const store::Epoch epoch :
       {store::Epoch{1}, store::Epoch{10}, (store::Epoch{1} << 53) - 2}) {
    const SharedCounter counter{.generation = UINT64_MAX, .identity = 0xb, .epoch = epoch};
    EXPECT_EQ(parse_shared_counter(format_shared_counter(counter)), counter);
  }
  EXPECT_EQ(parse_shared_counter(kCounter), (SharedCounter{0xaa, 0xbb, 7}));
}

TEST(SharedCounter, nothing_else_is_one) {
  for (const std::string_view text : {"",
                                      "7",
                                      "00000000000000aa 00000000000000bb",
                                      "00000000000000aa 00000000000000bb ",
                                      "00000000000000aa 00000000000000bb x",
                                      "00000000000000aa 00000000000000bb 7 ",
                                      " 00000000000000aa 00000000000000bb 7",
                                      "00000000000000aa 00000000000000bb 0",
                                      "00000000000000aa 00000000000000bb 07",
                                      "00000000000000aa 00000000000000bb -7",
                                      "00000000000000aa 00000000000000bb 7.5",
                                      "00000000000000aa 00000000000000bb 9007199254740991",
                                      "00000000000000aa 00000000000000bb 99999999999999999999999",
                                      "00000000000000AA 00000000000000bb 7",
                                      "0000000000000000 00000000000000bb 7",
                                      "aa bb 7"}) {
    EXPECT_EQ(parse_shared_counter(text), std::nullopt) << text;
  }
}

TEST(FenceMembers, name_all_that_a_purge_names) {
  store::PurgeRequest request;
  request.tags = {"users", "users", ""};
  request.urls = {{"", "/a?x"}, {"API.Example.com:443", "/A"}};
  request.prefixes = {{"", "/"}, {"h", ""}};
  EXPECT_EQ(members_of(request),
            (std::vector<std::string>{
                "hp\0/"_s, "hph\0"_s, "ht", "htusers", "hu\0/a?x"_s, "huapi.example.com\0/A"_s}));
  request.kind = store::PurgeKind::soft;
  EXPECT_EQ(members_of(request).front(), "sp\0/"_s);
  request.scope = store::PurgeRequest::Scope::everything;
  EXPECT_EQ(members_of(request), std::vector<std::string>{"sa"});
  EXPECT_TRUE(members_of({}).empty());
}

TEST(FenceMembers, a_host_that_cannot_be_is_not_named) {
  const store::PurgeRequest request = store::purge_of_url("a\0b"_s, "/");
  EXPECT_TRUE(members_of(request).empty());
}

TEST(FenceMembers, read_back) {
  const std::pair<std::string, FenceMember> rows[] = {
      {"ht", {store::PurgeKind::hard, What::tag, "", {}}},
      {"sta\0b"_s, {store::PurgeKind::soft, What::tag, "a\0b"_s, {}}},
      {"hu\0/a"_s, {store::PurgeKind::hard, What::url, "", {"", "/a"}}},
      {"suh\0/a\0b"_s, {store::PurgeKind::soft, What::url, "", {"h", "/a\0b"_s}}},
      {"hph\0"_s, {store::PurgeKind::hard, What::prefix, "", {"h", ""}}},
      {"ha", {store::PurgeKind::hard, What::everything, "", {}}},
      {"sa", {store::PurgeKind::soft, What::everything, "", {}}},
  };
  for (const auto& [text, member] : rows) EXPECT_EQ(parse_member(text), member) << text;
  for (const std::string& text :
       {""_s, "h"_s, "floor"_s, "xt"_s, "hx"_s, "hax"_s, "hu/a"_s, "hp"_s, "Ht"_s}) {
    EXPECT_EQ(parse_member(text), std::nullopt) << text;
  }
}

WallTime at(std::int64_t ms) { return WallTime(Duration(ms)); }

TEST(LoggedPurges, gather_what_was_purged_together) {
  const std::string url = "huh\0/a"_s;
  const std::string prefix = "hp\0/b"_s;
  const auto purges = purges_of({{"floor", 3},
                                 {"htone", 4},
                                 {"httwo", 4},
                                 {url, 4},
                                 {prefix, 4},
                                 {"stthree", 6, at(60)},
                                 {"ha", 9}});
  ASSERT_EQ(purges.size(), 3u);
  EXPECT_EQ(purges[0].epoch, 4u);
  EXPECT_EQ(purges[0].request.kind, store::PurgeKind::hard);
  EXPECT_EQ(purges[0].request.tags, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(purges[0].request.urls, (std::vector<store::UrlScope>{{"h", "/a"}}));
  EXPECT_EQ(purges[0].request.prefixes, (std::vector<store::UrlScope>{{"", "/b"}}));
  EXPECT_EQ(purges[0].request.scope, store::PurgeRequest::Scope::named);
  EXPECT_EQ(purges[1].epoch, 6u);
  EXPECT_EQ(purges[1].request.kind, store::PurgeKind::soft);
  EXPECT_EQ(purges[1].soft_at, at(60));
  EXPECT_EQ(purges[2].epoch, 9u);
  EXPECT_EQ(purges[2].request.scope, store::PurgeRequest::Scope::everything);
  EXPECT_TRUE(purges_of({}).empty());
}

TEST(LoggedPurges, a_soft_one_without_its_time_is_a_hard_one) {
  const auto purges = purges_of({{"stlost", 4}, {"stknown", 4, at(40)}, {"stearlier", 4, at(30)}});
  ASSERT_EQ(purges.size(), 2u);
  EXPECT_EQ(purges[0].request.kind, store::PurgeKind::soft);
  EXPECT_EQ(purges[0].request.tags, (std::vector<std::string>{"known", "earlier"}));
  EXPECT_EQ(purges[0].soft_at, at(30));
  EXPECT_EQ(purges[1].request.kind, store::PurgeKind::hard);
  EXPECT_EQ(purges[1].request.tags, (std::vector<std::string>{"lost"}));
}

TEST(LoggedPurges, what_cannot_be_read_may_have_been_anything) {
  const auto purges = purges_of({{"hz?", 4}});
  ASSERT_EQ(purges.size(), 1u);
  EXPECT_EQ(purges[0].request.kind, store::PurgeKind::hard);
  EXPECT_EQ(purges[0].request.scope, store::PurgeRequest::Scope::everything);
}

Reply texts(std::initializer_list<std::string_view> values) {
  Reply reply;
  reply.type = Reply::Type::array;
  for (const std::string_view value : values) {
    reply.elements.emplace_back();
    reply.elements.back().type = Reply::Type::text;
    reply.elements.back().text = value;
  }
  return reply;
}

TEST(LogReading, is_read_from_the_scripts_answer) {
  const auto reading =
      parse_log_reading(texts({kCounter, "2", "6", "hta", "3", "", "stb", "6", "99"}));
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->counter, (SharedCounter{0xaa, 0xbb, 7}));
  EXPECT_EQ(reading->floor, 2u);
  EXPECT_EQ(reading->through, 6u);
  EXPECT_FALSE(reading->is_whole());
  ASSERT_EQ(reading->purges.size(), 2u);
  EXPECT_EQ(reading->purges[1].soft_at, at(99));
  const auto nothing = parse_log_reading(texts({kCounter, "2", "7"}));
  ASSERT_TRUE(nothing.has_value());
  EXPECT_TRUE(nothing->is_whole());
  EXPECT_TRUE(nothing->purges.empty());
}

TEST(LogReading, is_extended_by_a_later_one) {
  auto reading = parse_log_reading(texts({kCounter, "2", "4", "hta", "3", "", "htb", "4", ""}));
  auto later =
      parse_log_reading(texts({"00000000000000aa 00000000000000bb 9", "3", "9", "hta", "8", ""}));
  ASSERT_TRUE(reading.has_value() && later.has_value());
  extend(*reading, std::move(*later));
  EXPECT_EQ(reading->counter.epoch, 9u);
  EXPECT_EQ(reading->floor, 3u);
  EXPECT_TRUE(reading->is_whole());
  ASSERT_EQ(reading->purges.size(), 3u);
  EXPECT_EQ(reading->purges[2].epoch, 8u);
}

TEST(LogReading, nothing_else_is_one) {
  Reply changed;
  changed.type = Reply::Type::status;
  changed.text = "changed: log";
  Reply of_integers = texts({kCounter, "2", "7"});
  of_integers.elements[1].type = Reply::Type::integer;
  const Reply rows[] = {changed,
                        Reply{},
                        of_integers,
                        texts({}),
                        texts({kCounter, "2"}),
                        texts({kCounter, "2", "7", "hta"}),
                        texts({"no counter", "2", "7"}),
                        texts({kCounter, "8", "7"}),
                        texts({kCounter, "2", "8"}),
                        texts({kCounter, "2", "-1"}),
                        texts({kCounter, "", "7"}),
                        texts({kCounter, "2", "6", "hta", "7", ""}),
                        texts({kCounter, "2", "7", "hta", "5", "", "htb", "4", ""}),
                        texts({kCounter, "2", "7", "hta", "1e3", ""})};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    EXPECT_EQ(parse_log_reading(rows[i]).has_value(), false) << i;
  }
}

}  // namespace
}  // namespace hawkcache::shared_store
