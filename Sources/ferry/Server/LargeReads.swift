import NIOCore

/// Lets a connection read a whole block in one or two calls in place of eight: each piece of a body costs a system call, a buffer
/// and a turn of the scheduler. The size adapts: a connection that sends little is read with little.
final class LargeReads: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func handlerAdded(context: ChannelHandlerContext) {
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 512 << 10)
        // A connection that was closed meanwhile cannot be set and need not be.
        context.channel.setOption(.recvAllocator, value: allocator).whenFailure { _ in }
    }
}
