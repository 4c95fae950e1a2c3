// Host, path and method -> the first matching route. One trie over decoded path segments per host
// that rules name, and one for the rules of every host, compiled once; matching costs about the
// same for ten routes and for ten thousand. Immutable, shared by all threads.
#pragma once

#include "http/target.hpp"
#include "proxy/route.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace hawkcache::proxy {

// Kept and reused from request to request.
struct RouteMatch {
  const Route* route = nullptr;  // null: none
  // Raw decoded values, one per parameter in the order of the pattern; views into the PathSegments.
  std::vector<std::string_view> parameters;
};

class Router {
 public:
  // The order of the routes is their precedence; Route::index is set to it.
  explicit Router(std::vector<Route> routes);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // `authority` is host[:port] as the request spelled it; a rule's host without a port matches
  // every port, one with the default port also a request that names none. HEAD matches where GET is
  // listed too. Does not allocate once `match` has grown. A path with a hazard has no segments and
  // matches nothing.
  void match(std::string_view authority,
             const http::PathSegments& path,
             std::string_view method,
             RouteMatch& match) const;

  const std::vector<Route>& routes() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hawkcache::proxy
