using Platform.Api.Store.Carts;
using Platform.Api.Store.Inventory;
using Platform.Api.Store.Orders;
using Platform.Api.Store.Products;
using Platform.Api.Store.Reviews;

namespace Platform.Api.Store;

/// <summary>The store: what it sells, what is in stock, what is in carts, what was ordered, what readers say of it.</summary>
internal static class StoreEndpoints
{
    internal static void MapStore(this RouteGroupBuilder api)
    {
        api.MapProducts();
        api.MapStock();
        api.MapOrders();
        api.MapReviews();
        api.MapCarts();
    }
}
