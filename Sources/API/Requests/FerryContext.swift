import Hummingbird
import NIOCore

/// What a request is answered on: the library's context, and the connection for what goes over it before the answer.
package struct FerryContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
