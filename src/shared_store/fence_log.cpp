#include "shared_store/fence_log.hpp"

#include "base/ascii.hpp"
#include "shared_store/hex.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hawkcache::shared_store {
namespace {

constexpr std::size_t kHexDigits = 16;
// The scripts know no higher ones (fence_scripts.cpp).
constexpr store::Epoch kHighestEpoch = (store::Epoch{1} << 53) - 2;
constexpr std::string_view kFloor = "floor";

// As the scripts write them: no sign, no leading zeros.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) noexcept {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const auto number = ascii::parse_digits(text);
  return number && *number <= max ? number : std::nullopt;
}

char kind_letter(store::PurgeKind kind) noexcept {
  return kind == store::PurgeKind::soft ? 's' : 'h';
}

std::string scope_member(char kind, char what, const store::UrlScope& scope) {
  std::string member{kind, what};
  member += store::normalized_authority(scope.authority);
  member += '\0';
  member += scope.path_and_query;
  return member;
}

bool can_be_named(const store::UrlScope& scope) noexcept {
  return scope.authority.find('\0') == std::string::npos;
}

std::optional<store::UrlScope> parse_scope(std::string_view text) {
  const std::size_t end = text.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return store::UrlScope{std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
}

void add(store::PurgeRequest& request, FenceMember&& member) {
  switch (member.what) {
    case FenceMember::What::tag:
      request.tags.push_back(std::move(member.tag));
      return;
    case FenceMember::What::url:
      request.urls.push_back(std::move(member.scope));
      return;
    case FenceMember::What::prefix:
      request.prefixes.push_back(std::move(member.scope));
      return;
    case FenceMember::What::everything:
      request.scope = store::PurgeRequest::Scope::everything;
  }
}

// Both kinds with one epoch.
struct EpochPurges {
  LoggedPurge soft;
  LoggedPurge hard;

  explicit EpochPurges(store::Epoch epoch) {
    soft.epoch = hard.epoch = epoch;
    soft.request.kind = store::PurgeKind::soft;
    soft.soft_at = WallTime::max();
  }
  void add_entry(const LogEntry& entry) {
    auto member = parse_member(entry.member);
    if (!member) {
      hard.request.scope = store::PurgeRequest::Scope::everything;
    } else if (member->kind == store::PurgeKind::soft && entry.soft_at) {
      // The earlier, the less is served stale.
      soft.soft_at = std::min(soft.soft_at, *entry.soft_at);
      add(soft.request, std::move(*member));
    } else {
      add(hard.request, std::move(*member));
    }
  }
  void move_to(std::vector<LoggedPurge>& purges) {
    if (!soft.request.names_nothing()) purges.push_back(std::move(soft));
    if (!hard.request.names_nothing()) purges.push_back(std::move(hard));
  }
};

bool all_texts(const std::vector<redis::Reply>& elements) noexcept {
  return std::all_of(elements.begin(), elements.end(), [](const redis::Reply& element) {
    return element.is(redis::Reply::Type::text);
  });
}

std::optional<WallTime> parse_time(std::string_view text) noexcept {
  const auto ms = parse_number(text, std::uint64_t{1} << 50);
  if (!ms) return std::nullopt;
  return WallTime(Duration(static_cast<std::int64_t>(*ms)));
}

// Three elements each. nullopt: out of order, or beyond `through`.
std::optional<std::vector<LogEntry>> parse_entries(const std::vector<redis::Reply>& elements,
                                                   std::size_t first,
                                                   store::Epoch through) {
  std::vector<LogEntry> entries;
  store::Epoch before = 0;
  for (std::size_t i = first; i + 2 < elements.size(); i += 3) {
    const auto epoch = parse_number(elements[i + 1].text, through);
    if (!epoch || *epoch < before) return std::nullopt;
    before = *epoch;
    entries.push_back({elements[i].text, *epoch, parse_time(elements[i + 2].text)});
  }
  return entries;
}

}  // namespace

std::string format_shared_counter(const SharedCounter& counter) {
  return to_hex(counter.generation) + ' ' + to_hex(counter.identity) + ' ' +
         std::to_string(counter.epoch);
}

std::optional<SharedCounter> parse_shared_counter(std::string_view text) noexcept {
  constexpr std::size_t kIdentityAt = kHexDigits + 1;
  constexpr std::size_t kEpochAt = kIdentityAt + kHexDigits + 1;
  if (text.size() <= kEpochAt || text[kIdentityAt - 1] != ' ' || text[kEpochAt - 1] != ' ') {
    return std::nullopt;
  }
  const auto generation = number_from_hex(text.substr(0, kHexDigits));
  const auto identity = number_from_hex(text.substr(kIdentityAt, kHexDigits));
  const auto epoch = parse_number(text.substr(kEpochAt), kHighestEpoch);
  if (!generation || !identity || !epoch || *generation == 0 || *epoch == 0) return std::nullopt;
  return SharedCounter{*generation, *identity, *epoch};
}

std::vector<std::string> members_of(const store::PurgeRequest& request) {
  const char kind = kind_letter(request.kind);
  if (request.scope == store::PurgeRequest::Scope::everything) return {std::string{kind, 'a'}};
  std::vector<std::string> members;
  for (const std::string& tag : request.tags) members.push_back(std::string{kind, 't'} + tag);
  for (const store::UrlScope& url : request.urls) {
    if (can_be_named(url)) members.push_back(scope_member(kind, 'u', url));
  }
  for (const store::UrlScope& prefix : request.prefixes) {
    if (can_be_named(prefix)) members.push_back(scope_member(kind, 'p', prefix));
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

std::optional<FenceMember> parse_member(std::string_view text) {
  if (text.size() < 2 || (text[0] != 'h' && text[0] != 's')) return std::nullopt;
  FenceMember member;
  member.kind = text[0] == 's' ? store::PurgeKind::soft : store::PurgeKind::hard;
  const char what = text[1];
  text.remove_prefix(2);
  if (what == 't') {
    member.tag = text;
    return member;
  }
  if (what == 'a' && text.empty()) {
    member.what = FenceMember::What::everything;
    return member;
  }
  if (what != 'u' && what != 'p') return std::nullopt;
  auto scope = parse_scope(text);
  if (!scope) return std::nullopt;
  member.what = what == 'u' ? FenceMember::What::url : FenceMember::What::prefix;
  member.scope = std::move(*scope);
  return member;
}

std::vector<LoggedPurge> purges_of(const std::vector<LogEntry>& entries) {
  std::vector<LoggedPurge> purges;
  for (std::size_t i = 0; i < entries.size();) {
    EpochPurges of_epoch(entries[i].epoch);
    for (const store::Epoch epoch = entries[i].epoch;
         i < entries.size() && entries[i].epoch == epoch;
         ++i) {
      if (entries[i].member != kFloor) of_epoch.add_entry(entries[i]);
    }
    of_epoch.move_to(purges);
  }
  return purges;
}

void extend(LogReading& reading, LogReading&& later) {
  reading.counter = later.counter;
  reading.floor = std::max(reading.floor, later.floor);
  reading.through = later.through;
  std::move(later.purges.begin(), later.purges.end(), std::back_inserter(reading.purges));
}

std::optional<LogReading> parse_log_reading(const redis::Reply& reply) {
  constexpr std::size_t kFirst = 3;
  const std::vector<redis::Reply>& elements = reply.elements;
  if (!reply.is(redis::Reply::Type::array) || elements.size() < kFirst ||
      elements.size() % 3 != 0 || !all_texts(elements)) {
    return std::nullopt;
  }
  const auto counter = parse_shared_counter(elements[0].text);
  if (!counter) return std::nullopt;
  const auto floor = parse_number(elements[1].text, counter->epoch);
  const auto through = parse_number(elements[2].text, counter->epoch);
  if (!floor || !through) return std::nullopt;
  const auto entries = parse_entries(elements, kFirst, *through);
  if (!entries) return std::nullopt;
  return LogReading{*counter, *floor, *through, purges_of(*entries)};
}

}  // namespace hawkcache::shared_store
