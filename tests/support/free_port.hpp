// Ports on the loopback for servers that the tests start.
#pragma once

#include <cstdint>

namespace hawkcache::testing_support {

// A TCP port of 127.0.0.1 that nobody uses right now. Below the range that the system takes ports
// of outgoing connections from, so that a server that is restarted finds its port free again.
// Another process may be given the same one: who starts a server on it looks whether that worked.
std::uint16_t free_port();

}  // namespace hawkcache::testing_support
