// What ends the program from outside.
#pragma once

namespace femtobragg::programs {

/// From now on SIGINT, SIGTERM and SIGHUP remove what is unfinished and end the program with status 128 + signal,
/// unless they are ignored already. Before any other thread starts.
void end_tidily_on_signals();

}  // namespace femtobragg::programs
