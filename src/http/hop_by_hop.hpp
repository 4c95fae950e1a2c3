// Which fields must not be forwarded or stored (RFC 9110 section 7.6.1): the hop-by-hop ones, and
// those that Connection names. Naming a field that carries meaning end to end must not strip it: a
// client may not make Host, framing, Authorization, Cookie, or the fields we add disappear by
// naming them. Protected is every name of the table in field_name.hpp that is not hop-by-hop by
// itself, but for a few whose loss harms nobody (Accept, Accept-Encoding, Accept-Language,
// Forwarded, Retry-After, Server, User-Agent, Warning).
//
// Those, and all names that are not in the table, are removed when nominated. REQUIRES of who reads
// requests: where a rule keys, varies or bypasses on such a field (X-Tenant, say), it must look at
// the fields that are left after the removal, or treat a request that nominates one of them as
// malformed; else the cache would select by a value that the origin never sees.
#pragma once

#include "http/fields.hpp"

#include <boost/container/small_vector.hpp>

namespace hawkcache::http {

// Connection, Keep-Alive, Proxy-Connection, Proxy-Authenticate, Proxy-Authorization,
// Proxy-Authentication-Info, TE, Trailer, Transfer-Encoding, Upgrade, HTTP2-Settings.
bool is_hop_by_hop(FieldName name) noexcept;

// Whether a field of this name stays, though Connection names it.
bool is_protected(FieldName name) noexcept;

// Whether Connection is not there or says keep-alive and no more, as it mostly does: no field but
// hop-by-hop ones is nominated then.
bool nominates_nothing(FieldsView fields) noexcept;

// The names nominated by the Connection field(s) of a message. A view of that message's fields;
// built per message that is forwarded, empty in the common case.
class NominatedFields {
 public:
  explicit NominatedFields(FieldsView fields);
  // Whether no field can be removed but those that are hop-by-hop by themselves.
  bool empty() const noexcept { return nominated_.empty(); }
  // Whether the field is to be removed: hop-by-hop by itself, or nominated and not protected.
  bool removes(const Field& field) const noexcept;

 private:
  // Mostly one option: close.
  boost::container::small_vector<Field, 2> nominated_;
};

}  // namespace hawkcache::http
