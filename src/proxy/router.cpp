#include "proxy/router.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "base/hash.hpp"
#include "proxy/path_value.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

namespace hawkcache::proxy {
namespace {

using SegmentKind = PathPatternSegment::Kind;

constexpr std::size_t kNoRoute = std::numeric_limits<std::size_t>::max();
constexpr std::uint32_t kNoNode = std::numeric_limits<std::uint32_t>::max();
constexpr std::array kParameterKinds{
    SegmentKind::str, SegmentKind::int_, SegmentKind::float_, SegmentKind::uuid, SegmentKind::slug};

std::size_t rank_of(SegmentKind kind) {
  return static_cast<std::size_t>(std::find(kParameterKinds.begin(), kParameterKinds.end(), kind) -
                                  kParameterKinds.begin());
}

bool serves(const Route& route, std::string_view method) {
  const auto lists = [&](std::string_view name) {
    return std::any_of(route.methods.begin(), route.methods.end(), [&](const std::string& each) {
      return byte_words::same(each, name);
    });
  };
  return lists(method) || (method == "HEAD" && lists("GET"));
}

struct ParameterChild {
  SegmentKind kind;
  std::uint32_t node;
};

// A place in the trie. The smallest route index at and below it lets the search leave out whole
// subtrees.
struct Node {
  std::size_t smallest = kNoRoute;
  std::size_t literals = 0;  // how many children stand for a literal segment
  std::string_view literal;  // the first of them
  std::uint32_t literal_node = kNoNode;
  std::vector<ParameterChild> parameters;  // in the order of kParameterKinds
  std::vector<std::size_t> ends;           // routes whose pattern ends here, ascending
  std::vector<std::size_t> tails;          // routes with {rest:path} here, ascending
};

// Literal children of all nodes together: (parent, segment) -> child. The text is a view into the
// routes' patterns.
struct Edge {
  std::uint32_t parent = 0;
  std::string_view segment;
  bool operator==(const Edge&) const = default;
};
struct EdgeHash {
  using is_avalanching = void;
  std::size_t operator()(const Edge& edge) const noexcept {
    return hash64(edge.segment, edge.parent);
  }
};

// A route that an earlier one of the same place hides for each of its methods can never win: left
// out, so that a place has no more routes than there are methods.
void add_route(std::vector<std::size_t>& places,
               const std::vector<Route>& routes,
               std::size_t index) {
  const bool hidden = std::all_of(
      routes[index].methods.begin(), routes[index].methods.end(), [&](const std::string& method) {
        return std::any_of(places.begin(), places.end(), [&](std::size_t earlier) {
          return serves(routes[earlier], method);
        });
      });
  if (!hidden) places.push_back(index);
}

struct Search {
  const std::vector<Route>& routes;
  const http::PathSegments& path;
  std::string_view method;
  std::size_t best = kNoRoute;

  void consider(const std::vector<std::size_t>& places) {
    for (const std::size_t index : places) {
      if (index >= best) return;
      if (serves(routes[index], method)) {
        best = index;
        return;
      }
    }
  }
};

class Trie {
 public:
  Trie() { nodes_.emplace_back(); }

  // REQUIRES: called in ascending order of `index`.
  void insert(const std::vector<Route>& routes, std::size_t index) {
    std::uint32_t at = 0;
    touch(at, index);
    for (const PathPatternSegment& segment : routes[index].pattern) {
      if (segment.kind == SegmentKind::path) {
        add_route(nodes_[at].tails, routes, index);
        return;
      }
      at = segment.kind == SegmentKind::literal ? literal_child(at, segment.text)
                                                : parameter_child(at, segment.kind);
      touch(at, index);
    }
    add_route(nodes_[at].ends, routes, index);
  }

  // Every node is visited once at the most, since a node has one depth: bounded by the trie,
  // whatever the path. What can not beat the best so far is not visited at all.
  void search(Search& search) const { visit(0, 0, search); }

 private:
  void touch(std::uint32_t node, std::size_t index) {
    nodes_[node].smallest = std::min(nodes_[node].smallest, index);
  }

  std::uint32_t new_node() {
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  std::uint32_t literal_child(std::uint32_t parent, std::string_view segment) {
    const auto [edge, is_new] = edges_.try_emplace({parent, segment}, kNoNode);
    if (!is_new) return edge->second;
    const std::uint32_t child = edge->second = new_node();
    Node& node = nodes_[parent];
    if (node.literals++ == 0) {
      node.literal = segment;
      node.literal_node = child;
    }
    return child;
  }

  std::uint32_t find_literal(std::uint32_t at, std::string_view segment) const {
    const Node& node = nodes_[at];
    if (node.literals == 0) return kNoNode;
    if (byte_words::same(node.literal, segment)) return node.literal_node;
    if (node.literals == 1) return kNoNode;
    const auto edge = edges_.find({at, segment});
    return edge == edges_.end() ? kNoNode : edge->second;
  }

  std::uint32_t parameter_child(std::uint32_t parent, SegmentKind kind) {
    const auto is_before = [kind](const ParameterChild& child) {
      return rank_of(child.kind) < rank_of(kind);
    };
    const auto place_of_kind = [&] {
      auto& children = nodes_[parent].parameters;
      return std::partition_point(children.begin(), children.end(), is_before);
    };
    const auto known = place_of_kind();
    if (known != nodes_[parent].parameters.end() && known->kind == kind) return known->node;
    const std::uint32_t child = new_node();  // moves the nodes
    nodes_[parent].parameters.insert(place_of_kind(), {kind, child});
    return child;
  }

  void visit(std::uint32_t at, std::size_t depth, Search& search) const {
    const Node& node = nodes_[at];
    if (node.smallest >= search.best) return;
    if (depth == search.path.size()) {
      search.consider(node.ends);
      return;
    }
    search.consider(node.tails);
    const std::string_view segment = search.path[depth];
    if (const std::uint32_t child = find_literal(at, segment); child != kNoNode) {
      visit(child, depth + 1, search);
    }
    for (const ParameterChild& child : node.parameters) {
      if (accepts(child.kind, segment)) visit(child.node, depth + 1, search);
    }
  }

  std::vector<Node> nodes_;
  boost::unordered_flat_map<Edge, std::uint32_t, EdgeHash> edges_;
};

// `host` is lower-case. Orders the request's spelling against it without a copy.
int compare_host(std::string_view host, std::string_view spelled) {
  const std::size_t common = std::min(host.size(), spelled.size());
  for (std::size_t i = 0; i < common; ++i) {
    const char c = ascii::to_lower(spelled[i]);
    if (host[i] != c) return host[i] < c ? -1 : 1;
  }
  return host.size() == spelled.size() ? 0 : host.size() < spelled.size() ? -1 : 1;
}

// Of requests to this listener and of the hosts in rules.
constexpr std::string_view kScheme = "http";

std::string_view without_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? authority.substr(0, colon) : authority;
}

// Tries by host, sorted.
class HostTries {
 public:
  void assign(std::vector<std::string> hosts) {
    std::sort(hosts.begin(), hosts.end());
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    for (std::string& host : hosts) tries_.emplace_back(std::move(host), Trie());
  }
  bool empty() const noexcept { return tries_.empty(); }
  Trie* find(std::string_view spelled) {
    const auto place = std::lower_bound(
        tries_.begin(), tries_.end(), spelled, [](const auto& entry, std::string_view text) {
          return compare_host(entry.first, text) < 0;
        });
    return place != tries_.end() && compare_host(place->first, spelled) == 0 ? &place->second
                                                                             : nullptr;
  }

 private:
  std::vector<std::pair<std::string, Trie>> tries_;
};

}  // namespace

struct Router::Impl {
  std::vector<Route> routes;
  Trie every_host;
  HostTries hosts;
  HostTries default_port_hosts;  // of rules that name it: by their host alone

  explicit Impl(std::vector<Route> list) : routes(std::move(list)) {
    std::vector<std::string> names;
    std::vector<std::string> names_with_port;
    for (const Route& route : routes) {
      for (const std::string& host : route.hosts) {
        const std::string_view plain = http::without_default_port(host, kScheme);
        (plain.size() < host.size() ? names_with_port : names).emplace_back(plain);
      }
    }
    hosts.assign(std::move(names));
    default_port_hosts.assign(std::move(names_with_port));
    for (std::size_t i = 0; i < routes.size(); ++i) {
      routes[i].index = i;
      if (routes[i].hosts.empty()) every_host.insert(routes, i);
      for (const std::string& host : routes[i].hosts) trie_of(host).insert(routes, i);
    }
  }

  Trie& trie_of(const std::string& host) {
    const std::string_view plain = http::without_default_port(host, kScheme);
    return *(plain.size() < host.size() ? default_port_hosts : hosts).find(plain);
  }

  void search_hosts(std::string_view authority, Search& search) {
    if (hosts.empty() && default_port_hosts.empty()) return;
    const std::string_view host = without_port(authority);
    const auto search_under = [&](HostTries& tries, std::string_view name) {
      if (const Trie* trie = tries.find(name)) trie->search(search);
    };
    search_under(hosts, host);
    if (http::without_default_port(authority, kScheme).size() == host.size()) {
      search_under(default_port_hosts, host);
    } else {
      search_under(hosts, authority);
    }
  }
};

Router::Router(std::vector<Route> routes) : impl_(std::make_unique<Impl>(std::move(routes))) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::match(std::string_view authority,
                   const http::PathSegments& path,
                   std::string_view method,
                   RouteMatch& match) const {
  match.route = nullptr;
  match.parameters.clear();
  if (path.size() == 0) return;
  Search search{impl_->routes, path, method};
  impl_->search_hosts(authority, search);
  impl_->every_host.search(search);
  if (search.best == kNoRoute) return;

  match.route = &impl_->routes[search.best];
  const std::vector<PathPatternSegment>& pattern = match.route->pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].kind == SegmentKind::literal) continue;
    match.parameters.push_back(pattern[i].kind == SegmentKind::path ? path.tail(i) : path[i]);
  }
}

const std::vector<Route>& Router::routes() const noexcept { return impl_->routes; }

}  // namespace hawkcache::proxy
