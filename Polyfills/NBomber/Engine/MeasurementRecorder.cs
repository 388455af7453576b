using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>Takes measurements from any thread: each processor has totals of its own, which are added when somebody looks.</summary>
internal sealed class MeasurementRecorder(int processors)
{
    private readonly MeasurementTotals[] _ofProcessor = [.. Enumerable.Range(0, processors).Select(_ => new MeasurementTotals())];

    internal MeasurementRecorder()
        : this(Environment.ProcessorCount)
    {
    }

    internal void Record(TimeSpan latency, IResponse response)
    {
        // The thread may be moved to another processor meanwhile: the lock, which is all but always free, keeps that harmless.
        var totals = _ofProcessor[Thread.GetCurrentProcessorId() % _ofProcessor.Length];
        lock (totals)
            totals.Record(latency, response);
    }

    internal MeasurementTotals Snapshot()
    {
        var sum = new MeasurementTotals();
        foreach (var totals in _ofProcessor)
        {
            lock (totals)
                sum.Add(totals);
        }

        return sum;
    }
}
