// Many clients that ask for one thing at once, behind a request that is held at the origin.
#pragma once

#include "scenario/support/scenario.hpp"

#include <string>
#include <vector>

namespace hawkcache::scenario {

class CrowdScenario : public Scenario {
 protected:
  std::vector<Client> clients(std::size_t number) const {
    std::vector<Client> all;
    for (std::size_t i = 0; i < number; ++i) all.push_back(client());
    return all;
  }
  // The first of them has its request at the origin (held at `gate`) before the others ask.
  void ask(std::vector<Client>& all,
           const std::string& target,
           const std::string& gate,
           const Fields& fields = {}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].send_request("GET", target, fields);
      if (i == 0) {
        ASSERT_TRUE(origin.gate(gate).wait_for());
      }
    }
    let_requests_arrive();
  }
  // Holds before its head; the body says which request it was.
  void hold_heads(const std::string& target, const Fields& fields) {
    origin.on(target, [fields](OriginExchange& exchange) {
      const std::string body = "#" + std::to_string(exchange.request().number);
      exchange.hold("head");
      exchange.respond(body, fields);
    });
  }
};

}  // namespace hawkcache::scenario
