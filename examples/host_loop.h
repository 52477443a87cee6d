// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// For the examples that run in any host: each is compiled once for every host, which the build
/// names by a macro. HostLoop is that host's loop with an Eddy loop in it:
///
///     examples::HostLoop host(argc, argv);
///     host.loop();  // the eddy::Loop&
///     host.run();   // the host's own loop, as its programs run it, until SIGINT or SIGTERM
///     host.stop();  // ends that, for a program that knows when it is through

#if defined(EDDY_EXAMPLE_HOST_NATIVE)
#  include <examples/hosts/native.h>
#elif defined(EDDY_EXAMPLE_HOST_QT)
#  include <examples/hosts/qt.h>
#elif defined(EDDY_EXAMPLE_HOST_GLIB)
#  include <examples/hosts/glib.h>
#elif defined(EDDY_EXAMPLE_HOST_ASIO)
#  include <examples/hosts/asio.h>
#elif defined(EDDY_EXAMPLE_HOST_LIBEV)
#  include <examples/hosts/libev.h>
#else
#  error "eddy_add_example defines EDDY_EXAMPLE_HOST_NATIVE, _QT, _GLIB, _ASIO or _LIBEV"
#endif
