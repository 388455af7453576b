using System.Buffers;

namespace Platform.Tests.Polyfills.Sockets;

/// <summary>A pool that knows what it has lent, and signals when all of it is back.</summary>
internal sealed class CountingPool : MemoryPool<byte>
{
    private readonly TaskCompletionSource _allBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lent;
    private int _most;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public int Lent => Volatile.Read(ref _lent);

    /// <summary>The most that was out at one time.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Done when the last loan is back.</summary>
    public Task AllBack => _allBack.Task;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        var now = Interlocked.Increment(ref _lent);
        InterlockedMax(now);
        return new Loan(this, new byte[Math.Max(minBufferSize, 1)]);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private void InterlockedMax(int now)
    {
        for (var most = _most; now > most; most = _most)
            Interlocked.CompareExchange(ref _most, now, most);
    }

    private sealed class Loan(CountingPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private int _returned;

        public Memory<byte> Memory => bytes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0 && Interlocked.Decrement(ref pool._lent) == 0)
                pool._allBack.TrySetResult();
        }
    }
}
