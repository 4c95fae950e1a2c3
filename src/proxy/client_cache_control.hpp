// Where a rule's `client_cache_control` may not take the place of what the API says to clients:
// nothing that is for one becomes everybody's by it. Pure.
#pragma once

#include "http/head.hpp"
#include "proxy/route.hpp"

#include <span>
#include <string>
#include <string_view>

namespace hawkcache::proxy {

// Whether a rule's client_cache_control says to those who read it that caches may hand it on.
bool lets_others_have_it(std::string_view text);

// Of an answer that is not stored: whether the rule's client_cache_control would let others have
// what is for one (the API calls it private or no-store, answered to credentials, or set a cookie),
// or an error.
bool would_be_made_public(const Route& rule,
                          http::FieldsView request,
                          const http::ResponseHead& response);

// Whether the API says that it, or a field that goes with it, is for one client. `taken_out`: the
// fields that private="..." may name and that do not go with it, in lower case.
bool is_called_private(http::FieldsView response, std::span<const std::string> taken_out);

}  // namespace hawkcache::proxy
