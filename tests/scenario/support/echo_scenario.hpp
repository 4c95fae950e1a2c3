// A daemon in front of an origin that says what it saw of a request.
#pragma once

#include "scenario/support/scenario.hpp"

#include <string>

namespace hawkcache::scenario {

class EchoScenario : public Scenario {
 protected:
  // The origin answers with the field that it saw.
  void echo(const std::string& target, const std::string& field, const Fields& fields = {}) {
    origin.on(target, [field, fields](OriginExchange& exchange) {
      exchange.respond("[" + exchange.request().fields.value(field) + "]", fields);
    });
  }
};

}  // namespace hawkcache::scenario
