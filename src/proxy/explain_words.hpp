// The sentences of an explanation (proxy/explain) that follow from a plan and its request alone:
// what is decided, what becomes of Range, and what may have been meant. Pure; not on the data path.
#pragma once

#include "http/fields.hpp"
#include "http/head.hpp"
#include "proxy/request_plan.hpp"
#include "proxy/router.hpp"

#include <string>

namespace hawkcache::proxy {

std::string words_for_decision(const RequestPlan& plan, http::FieldsView request);
// Whether the client's no-store counts, and keeps the answer from being stored (RFC 9111 section
// 5.2.1.5).
bool is_kept_from_the_store(const RequestPlan& plan, http::FieldsView request);
// By the decisions that serving takes. "" without Range.
std::string words_for_range(const RequestPlan& plan, const http::RequestHead& request);
// "" where there is nothing to add.
std::string words_for_hint(const RequestPlan& plan,
                           const http::RequestHead& request,
                           const Router& router);

}  // namespace hawkcache::proxy
