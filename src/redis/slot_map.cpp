#include "redis/slot_map.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace hawkcache::redis {
namespace {

constexpr std::uint16_t kNobody = std::numeric_limits<std::uint16_t>::max();
constexpr std::int64_t kHighestPort = 65'535;

// What a node says in the place of a host that it has no name for.
constexpr std::string_view kUnknownHost = "?";

std::optional<Endpoint> endpoint_of(std::string_view host,
                                    std::int64_t port,
                                    const Endpoint& asked) {
  if (port < 1 || port > kHighestPort || host == kUnknownHost) return std::nullopt;
  return Endpoint{host.empty() ? asked.host : std::string(host), static_cast<std::uint16_t>(port)};
}

std::optional<Endpoint> read_node(const Reply& node, const Endpoint& asked) {
  if (!node.is(Reply::Type::array) || node.elements.size() < 2) return std::nullopt;
  const Reply& host = node.elements[0];
  const Reply& port = node.elements[1];
  if (!host.is(Reply::Type::text) && !host.is(Reply::Type::nil)) return std::nullopt;
  if (!port.is(Reply::Type::integer)) return std::nullopt;
  return endpoint_of(host.text, port.integer, asked);
}

struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
  Endpoint master;
};

bool is_slot(const Reply& reply) {
  return reply.is(Reply::Type::integer) && reply.integer >= 0 &&
         reply.integer < static_cast<std::int64_t>(kSlots);
}

// [first, last, master, replica...]
std::optional<Range> read_range(const Reply& reply,
                                const Endpoint& asked,
                                std::vector<Endpoint>& replicas) {
  const auto& parts = reply.elements;
  if (!reply.is(Reply::Type::array) || parts.size() < 3) return std::nullopt;
  if (!is_slot(parts[0]) || !is_slot(parts[1]) || parts[0].integer > parts[1].integer) {
    return std::nullopt;
  }
  auto master = read_node(parts[2], asked);
  if (!master) return std::nullopt;
  for (std::size_t i = 3; i < parts.size(); ++i) {
    auto replica = read_node(parts[i], asked);
    if (!replica) return std::nullopt;
    replicas.push_back(std::move(*replica));
  }
  return Range{static_cast<std::size_t>(parts[0].integer),
               static_cast<std::size_t>(parts[1].integer),
               std::move(*master)};
}

void sort_and_unite(std::vector<Endpoint>& nodes) {
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
}

// False when one of the slots has an owner already.
bool enter(const Range& range, std::uint16_t owner, std::vector<std::uint16_t>& owners) {
  for (std::size_t slot = range.first; slot <= range.last; ++slot) {
    if (owners[slot] != kNobody) return false;
    owners[slot] = owner;
  }
  return true;
}

}  // namespace

SlotMap::SlotMap() : owners_(kSlots, kNobody) {}

Result<SlotMap> SlotMap::from_reply(const Reply& reply, const Endpoint& asked) {
  if (reply.is(Reply::Type::none)) return reply.failure;
  if (!reply.is(Reply::Type::array)) return Errc::store_protocol;
  SlotMap map;
  std::vector<Range> ranges;
  for (const Reply& element : reply.elements) {
    auto range = read_range(element, asked, map.replicas_);
    if (!range) return Errc::store_protocol;
    map.masters_.push_back(range->master);
    ranges.push_back(std::move(*range));
  }
  if (ranges.empty()) return Errc::store_unavailable;
  sort_and_unite(map.masters_);
  sort_and_unite(map.replicas_);
  for (const Range& range : ranges) {
    const auto place = std::lower_bound(map.masters_.begin(), map.masters_.end(), range.master);
    const auto owner = static_cast<std::uint16_t>(place - map.masters_.begin());
    if (!enter(range, owner, map.owners_)) return Errc::store_protocol;
  }
  return map;
}

std::optional<std::size_t> SlotMap::master_of(std::uint16_t slot) const noexcept {
  if (slot >= owners_.size() || owners_[slot] == kNobody) return std::nullopt;
  return owners_[slot];
}

bool SlotMap::same_masters(const SlotMap& other) const noexcept {
  return masters_ == other.masters_ && owners_ == other.owners_;
}

std::optional<Redirection> read_redirection(const Reply& reply, const Endpoint& asked) {
  const bool moved = reply.is_error("MOVED");
  if (!moved && !reply.is_error("ASK")) return std::nullopt;
  std::string_view rest = reply.text;
  rest.remove_prefix(rest.find(' ') + 1);
  const std::size_t blank = rest.find(' ');
  const std::size_t colon = rest.rfind(':');  // an IPv6 address has some of its own
  if (blank == std::string_view::npos || colon == std::string_view::npos || colon < blank) {
    return std::nullopt;
  }
  const auto slot = ascii::parse_digits(rest.substr(0, blank));
  const auto port = ascii::parse_digits(rest.substr(colon + 1));
  if (!slot || *slot >= kSlots || !port || *port > kHighestPort) return std::nullopt;
  auto node = endpoint_of(
      rest.substr(blank + 1, colon - blank - 1), static_cast<std::int64_t>(*port), asked);
  if (!node) return std::nullopt;
  return Redirection{moved ? Redirection::Kind::moved : Redirection::Kind::ask,
                     static_cast<std::uint16_t>(*slot),
                     std::move(*node)};
}

}  // namespace hawkcache::redis
